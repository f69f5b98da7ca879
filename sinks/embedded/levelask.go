package embedded

import (
	"context"
	sqldriver "database/sql/driver"
	"errors"
	"io"
)

// question is a prepared query on the connection that writes.
type question struct {
	stmt sqldriver.StmtQueryContext
	done sqldriver.Stmt
	args []sqldriver.NamedValue
	row  []sqldriver.Value
}

func (c *conn) ask(query string, args, columns int) (*question, error) {
	preparer, ok := c.raw.(sqldriver.ConnPrepareContext)
	if !ok {
		return nil, errDriver
	}
	done, err := preparer.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	stmt, ok := done.(sqldriver.StmtQueryContext)
	if !ok {
		return nil, errors.Join(errDriver, done.Close())
	}
	q := &question{stmt: stmt, done: done, args: make([]sqldriver.NamedValue, args), row: make([]sqldriver.Value, columns)}
	for i := range q.args {
		q.args[i].Ordinal = i + 1
	}
	return q, nil
}

// each hands over the rows, each valid until the function returns; its blobs may be kept.
func (q *question) each(row func(values []sqldriver.Value) error, args ...sqldriver.Value) error {
	for i, arg := range args {
		q.args[i].Value = arg
	}
	rows, err := q.stmt.QueryContext(context.Background(), q.args)
	if err != nil {
		return err
	}
	for err == nil {
		if err = rows.Next(q.row); err == nil {
			err = row(q.row)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, rows.Close())
}

func (q *question) close() error { return q.done.Close() }

// change executes a statement with these arguments, and reports whether a row changed.
func (s *statement) change(args ...sqldriver.Value) (bool, error) {
	for i, arg := range args {
		s.args[i].Value = arg
	}
	return s.run()
}

// do is change for a statement that always changes a row, or need not.
func (s *statement) do(args ...sqldriver.Value) error {
	_, err := s.change(args...)
	return err
}

// number is a column that must hold a whole number; a NULL is 0.
func number(value sqldriver.Value) (int64, error) {
	switch n := value.(type) {
	case int64:
		return n, nil
	case nil:
		return 0, nil
	}
	return 0, errCorrupt
}

// blob is a column that must hold bytes.
func blob(value sqldriver.Value) ([]byte, error) {
	if raw, ok := value.([]byte); ok {
		return raw, nil
	}
	return nil, errCorrupt
}
