package embedded

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"modernc.org/sqlite"
)

// source is the address of a database file with its settings.
func source(path string, mode string, pragmas ...string) string {
	query := url.Values{"mode": {mode}, "_pragma": pragmas}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String()
}

func pragma(name string, value int64) string { return name + "(" + strconv.FormatInt(value, 10) + ")" }

// cacheSize is how SQLite wants to be told bytes: in KiB, below zero.
func cacheSize(bytes int64) string { return pragma("cache_size", -max(bytes>>10, 1)) }

// conn is the one connection that writes a file. It speaks to the driver itself: database/sql costs more
// than half of what SQLite does to insert a row.
type conn struct {
	raw    sqldriver.Conn
	put    *statement
	orders *orderStatements // instead of put, in a file of orders
}

// busyWait is how long a statement waits for a lock that another process holds. The only one that a reader
// can hold against the writer is that of moving the log, see logbook.
const busyWait = 250 * time.Millisecond

func connect(path string, cfg *Config) (*conn, error) {
	synchronous := int64(2) // FULL: the log is synced before a commit returns
	if cfg.NoSync {
		synchronous = 1 // NORMAL: when it is moved into the file only
	}
	connector, err := sqlite.NewConnector(source(path, "rwc",
		pragma("busy_timeout", busyWait.Milliseconds()), "journal_mode(WAL)", pragma("synchronous", synchronous),
		cacheSize(cfg.CacheBytes), "wal_autocheckpoint(0)", "trusted_schema(0)", "temp_store(MEMORY)"))
	if err != nil {
		return nil, err
	}
	raw, err := connector.Connect(context.Background())
	if err != nil {
		return nil, err
	}
	return &conn{raw: raw}, nil
}

func (c *conn) close() error {
	var err error
	if c.put != nil {
		err = c.put.close()
	}
	if c.orders != nil {
		err = errors.Join(err, c.orders.close())
	}
	return errors.Join(err, c.raw.Close())
}

// exec runs one statement without arguments. A commit must not be given up half way, so no context reaches it.
func (c *conn) exec(query string) error {
	execer, ok := c.raw.(sqldriver.ExecerContext)
	if !ok {
		return errDriver
	}
	_, err := execer.ExecContext(context.Background(), query, nil)
	return err
}

// numbers runs a query whose first row has whole numbers, and returns them.
func (c *conn) numbers(query string) ([]int64, error) {
	queryer, ok := c.raw.(sqldriver.QueryerContext)
	if !ok {
		return nil, errDriver
	}
	rows, err := queryer.QueryContext(context.Background(), query, nil)
	if err != nil {
		return nil, err
	}
	values := make([]sqldriver.Value, len(rows.Columns()))
	numbers := make([]int64, len(values))
	if err = rows.Next(values); err != nil {
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("no answer to %q", query)
		}
		return nil, errors.Join(err, rows.Close())
	}
	for i, value := range values {
		if numbers[i], ok = value.(int64); !ok {
			err = fmt.Errorf("an odd answer to %q", query)
		}
	}
	return numbers, errors.Join(err, rows.Close())
}

var errDriver = errors.New("the SQLite driver lacks a method")

// statement is a prepared insert that tells whether it changed a row.
type statement struct {
	stmt sqldriver.StmtExecContext
	done sqldriver.Stmt
	args []sqldriver.NamedValue
}

func (c *conn) prepare(query string, args int) (*statement, error) {
	preparer, ok := c.raw.(sqldriver.ConnPrepareContext)
	if !ok {
		return nil, errDriver
	}
	done, err := preparer.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	stmt, ok := done.(sqldriver.StmtExecContext)
	if !ok {
		return nil, errors.Join(errDriver, done.Close())
	}
	s := &statement{stmt: stmt, done: done, args: make([]sqldriver.NamedValue, args)}
	for i := range s.args {
		s.args[i].Ordinal = i + 1
	}
	return s, nil
}

// run executes the statement with args as they are set, and reports whether a row changed.
func (s *statement) run() (changed bool, err error) {
	result, err := s.stmt.ExecContext(context.Background(), s.args)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

func (s *statement) close() error { return s.done.Close() }

// openReads is the pool of connections that read a file; it is opened with the first question.
func openReads(path string) (*sql.DB, error) {
	connector, err := sqlite.NewConnector(source(path, "ro",
		pragma("busy_timeout", busyWait.Milliseconds()), cacheSize(readCacheBytes), "query_only(1)", "trusted_schema(0)"))
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(maxReads)
	db.SetMaxIdleConns(1)
	return db, nil
}

// maxReads is how many questions to one file are under way at once; more wait. Each has a small
// cache: what a question reads is seldom asked for again soon, and the system has it anyway.
const (
	maxReads       = 4
	readCacheBytes = 2 << 20
)

func (c *conn) rollback() error { return c.exec("ROLLBACK") }

// each hands the rows of a query to a function: a blob, a number, a blob, all valid until it returns.
func (c *conn) each(query string, row func(name []byte, version int64, body []byte) error) error {
	queryer, ok := c.raw.(sqldriver.QueryerContext)
	if !ok {
		return errDriver
	}
	rows, err := queryer.QueryContext(context.Background(), query, nil)
	if err != nil {
		return err
	}
	var values [3]sqldriver.Value
	for {
		if err = rows.Next(values[:]); err != nil {
			break
		}
		name, okName := values[0].([]byte)
		version, okVersion := values[1].(int64)
		body, okBody := values[2].([]byte)
		if !okName || !okVersion || !okBody {
			err = errCorrupt
			break
		}
		if err = row(name, version, body); err != nil {
			break
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, rows.Close())
}
