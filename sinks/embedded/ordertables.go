package embedded

import (
	"context"
	sqldriver "database/sql/driver"
	"errors"
	"io"

	"sluice/schemas"
)

// orderTables are those of one month of orders. The id of an order is the number of its row, so every index gives
// what it finds in the order in which orders are answered. The words of texts are kept without the texts.
func orderTables() []string {
	return []string{
		"CREATE TABLE docs (id INTEGER PRIMARY KEY, member BLOB NOT NULL, driver BLOB, city BLOB, ts INTEGER NOT NULL," +
			" type TEXT NOT NULL, body BLOB NOT NULL) STRICT",
		"CREATE INDEX members ON docs (member)",
		"CREATE INDEX drivers ON docs (driver) WHERE driver IS NOT NULL",
		"CREATE INDEX cities ON docs (city) WHERE city IS NOT NULL",
		"CREATE INDEX times ON docs (ts)",
		"CREATE VIRTUAL TABLE words USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0')",
	}
}

// orderStatements are what the writer of a month needs. Each writes one row and replaces none where it
// can be helped: SQLite secures a statement that may do more by a savepoint, at which FTS5 writes out
// what it has gathered, and that was a third of the work.
type orderStatements struct {
	newest *question
	get    *lookup    // id
	put    *statement // member, driver, city, ts, type, body, id
	change *statement // the same
	renew  *statement // type, body, id: nothing that an index has
	say    *statement // words, id
	unsay  *statement // id
	body   []byte     // to write one from
}

func prepareOrders(c *conn) (*orderStatements, error) {
	s := &orderStatements{}
	var errs [7]error
	s.newest, errs[6] = c.ask("SELECT id FROM docs ORDER BY id DESC LIMIT 1", 0, 1)
	s.get, errs[0] = c.lookup("SELECT body FROM docs WHERE id = ?")
	s.put, errs[1] = c.prepare("INSERT INTO docs (member, driver, city, ts, type, body, id) VALUES (?, ?, ?, ?, ?, ?, ?)", 7)
	s.change, errs[2] = c.prepare("UPDATE docs SET member = ?, driver = ?, city = ?, ts = ?, type = ?, body = ? WHERE id = ?", 7)
	s.renew, errs[3] = c.prepare("UPDATE docs SET type = ?, body = ? WHERE id = ?", 3)
	s.say, errs[4] = c.prepare("INSERT INTO words (text, rowid) VALUES (?, ?)", 2)
	s.unsay, errs[5] = c.prepare("DELETE FROM words WHERE rowid = ?", 1)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *orderStatements) close() error {
	var errs []error
	if s.newest != nil {
		errs = append(errs, s.newest.close())
	}
	if s.get != nil {
		errs = append(errs, s.get.done.Close())
	}
	for _, one := range []*statement{s.put, s.change, s.renew, s.say, s.unsay} {
		if one != nil {
			errs = append(errs, one.close())
		}
	}
	return errors.Join(errs...)
}

// write keeps what an order has become; was is what it was, nil when it is new.
func (s *orderStatements) write(o, was *schemas.Order) error {
	s.body = schemas.AppendOrder(s.body[:0], o)
	row := s.put
	switch {
	case was == nil:
	case was.MemberID == o.MemberID && was.DriverID == o.DriverID && was.City == o.City && was.TS == o.TS:
		row = s.renew
	default:
		row = s.change
	}
	if row == s.renew {
		row.set(o.Type, s.body, o.OrderID)
	} else {
		row.set([]byte(o.MemberID), textOrNull(o.DriverID), textOrNull(o.City), o.TS, o.Type, s.body, o.OrderID)
	}
	if _, err := row.run(); err != nil {
		return err
	}
	return s.writeWords(o, was)
}

// writeWords keeps the words of a text that is new.
func (s *orderStatements) writeWords(o, was *schemas.Order) error {
	if was != nil && was.Text == o.Text {
		return nil
	}
	if was != nil && was.Text != "" {
		s.unsay.set(o.OrderID)
		if _, err := s.unsay.run(); err != nil {
			return err
		}
	}
	if o.Text == "" {
		return nil
	}
	s.say.set(indexed(o.Text), o.OrderID)
	_, err := s.say.run()
	return err
}

// textOrNull is a text as it stands in a column; none is null.
func textOrNull(text string) sqldriver.Value {
	if text == "" {
		return nil
	}
	return []byte(text)
}

// set fills in the arguments, as many as the statement has.
func (s *statement) set(values ...sqldriver.Value) {
	for i, value := range values {
		s.args[i].Value = value
	}
}

// lookup is a prepared query for one blob by one number.
type lookup struct {
	stmt sqldriver.StmtQueryContext
	done sqldriver.Stmt
	args [1]sqldriver.NamedValue
}

func (c *conn) lookup(query string) (*lookup, error) {
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
	return &lookup{stmt: stmt, done: done, args: [1]sqldriver.NamedValue{{Ordinal: 1}}}, nil
}

// run returns the blob under a number, nil when there is none.
func (l *lookup) run(id int64) ([]byte, error) {
	l.args[0].Value = id
	rows, err := l.stmt.QueryContext(context.Background(), l.args[:])
	if err != nil {
		return nil, err
	}
	var row [1]sqldriver.Value
	err = rows.Next(row[:])
	if errors.Is(err, io.EOF) {
		return nil, rows.Close()
	}
	body, ok := row[0].([]byte)
	if err == nil && !ok {
		err = errCorrupt
	}
	return body, errors.Join(err, rows.Close())
}
