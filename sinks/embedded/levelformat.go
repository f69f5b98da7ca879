package embedded

import (
	"errors"
	"fmt"
	"path/filepath"
)

// What the file of member levels says of itself, in SQLite's own header. Its number is not that of the other files: one
// put in the other's place shall be noticed.
const (
	levelsApplication = 0x736c6c76 // "sllv"
	levelsVersion     = 1
	levelsTarget      = "levels"
)

// levelsTables are the tables of the file. A member is one row, with the orders of all months in it: reading it is one
// look, and a change touches one page. A row for each order would be as many pages again, and a look for each month.
func levelsTables() []string {
	return []string{
		"CREATE TABLE settings (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
		"CREATE TABLE members (n INTEGER PRIMARY KEY, bucket INTEGER NOT NULL, member BLOB NOT NULL, due INTEGER, state BLOB NOT NULL) STRICT",
		"CREATE UNIQUE INDEX ids ON members (bucket, member)",
		"CREATE INDEX falls ON members (bucket, due) WHERE due IS NOT NULL",
		"CREATE INDEX raised ON members (bucket, member) WHERE due IS NOT NULL",
		"CREATE TABLE history (bucket INTEGER, member BLOB, version INTEGER, change BLOB NOT NULL, PRIMARY KEY (bucket, member, version)) STRICT, WITHOUT ROWID",
		"CREATE TABLE outbox (bucket INTEGER, n INTEGER, epoch INTEGER NOT NULL, topic TEXT NOT NULL, member BLOB NOT NULL, value BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (bucket, n)) STRICT, WITHOUT ROWID",
		"CREATE TABLE coupons (bucket INTEGER, member BLOB, plan TEXT, due INTEGER, decided TEXT NOT NULL, PRIMARY KEY (bucket, member, plan)) STRICT, WITHOUT ROWID",
		"CREATE INDEX coupons_due ON coupons (bucket, due) WHERE due IS NOT NULL",
		"CREATE TABLE buckets (bucket INTEGER PRIMARY KEY, born INTEGER NOT NULL, epoch INTEGER NOT NULL," +
			" fence INTEGER NOT NULL, sent INTEGER NOT NULL, waiting INTEGER NOT NULL, claim TEXT NOT NULL, claimed INTEGER NOT NULL) STRICT",
		"CREATE TABLE marks (bucket INTEGER, topic TEXT, part INTEGER, made TEXT NOT NULL, mark INTEGER NOT NULL, target INTEGER NOT NULL, awaited TEXT NOT NULL, PRIMARY KEY (bucket, topic, part)) STRICT, WITHOUT ROWID",
	}
}

// levelsConn is the one connection that writes the file, with its statements.
type levelsConn struct {
	*conn
	member, dueMembers, someMembers, bucket, mark, recovering, coupon *question

	addMember, keepState, keepMember, dropMember  *statement
	addHistory, dropHistory                       *statement
	addOutbox, dropOutbox                         *statement
	keepBucket, keepMark, dropTargets, keepCoupon *statement
}

func connectLevels(dir string, cfg *Config, buckets int) (*levelsConn, error) {
	raw, err := connect(filepath.Join(dir, levelsTarget+fileSuffix), cfg)
	if err != nil {
		return nil, err
	}
	c := &levelsConn{conn: raw}
	if err := errors.Join(c.make(buckets), c.prepare()); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// make makes the tables of a new file, in one transaction with the mark that says so, and refuses a file of another
// format or of another number of buckets.
func (c *levelsConn) make(buckets int) error {
	found, err := c.numbers("SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)" +
		" FROM pragma_application_id, pragma_user_version")
	if err != nil {
		return err
	}
	switch application, version, tables := found[0], found[1], found[2]; {
	case application == 0 && version == 0 && tables == 0:
		if err := c.create(buckets); err != nil {
			return errors.Join(err, c.rollback())
		}
	case application != levelsApplication:
		return fmt.Errorf("%w: it holds no member levels", ErrFormat)
	case version != levelsVersion:
		return fmt.Errorf("%w: it is of format %d, this program reads %d", ErrFormat, version, levelsVersion)
	}
	if found, err = c.numbers("SELECT value FROM settings WHERE name = 'buckets'"); err != nil {
		return err
	}
	if found[0] != int64(buckets) {
		return fmt.Errorf("%w: it has %d buckets, %d are configured", ErrFormat, found[0], buckets)
	}
	return nil
}

func (c *levelsConn) create(buckets int) error {
	steps := append([]string{"BEGIN IMMEDIATE"}, levelsTables()...)
	steps = append(steps, fmt.Sprintf("INSERT INTO settings VALUES ('buckets', %d)", buckets),
		fmt.Sprintf("PRAGMA application_id = %d", levelsApplication), fmt.Sprintf("PRAGMA user_version = %d", levelsVersion), "COMMIT")
	for _, step := range steps {
		if err := c.exec(step); err != nil {
			return err
		}
	}
	return nil
}

func (c *levelsConn) prepare() error {
	var errs []error
	ask := func(into **question, args, columns int, query string) {
		made, err := c.ask(query, args, columns)
		*into, errs = made, append(errs, err)
	}
	do := func(into **statement, args int, query string) {
		made, err := c.conn.prepare(query, args)
		*into, errs = made, append(errs, err)
	}
	ask(&c.member, 2, 3, "SELECT n, due, state FROM members WHERE bucket = ? AND member = ?")
	ask(&c.dueMembers, 3, 1, "SELECT member FROM members WHERE bucket = ? AND due <= ? ORDER BY due LIMIT ?")
	ask(&c.someMembers, 3, 1, "SELECT member FROM members WHERE bucket = ? AND member > ? ORDER BY member LIMIT ?")
	ask(&c.bucket, 1, 7, "SELECT born, epoch, fence, sent, waiting, claimed, claim FROM buckets WHERE bucket = ?")
	ask(&c.mark, 3, 4, "SELECT mark, target, made, awaited FROM marks WHERE bucket = ? AND topic = ? AND part = ?")
	ask(&c.recovering, 1, 1, "SELECT 1 FROM marks WHERE bucket = ? AND target > 0 LIMIT 1")
	ask(&c.coupon, 3, 2, "SELECT due, decided FROM coupons WHERE bucket = ? AND member = ? AND plan = ?")
	do(&c.addMember, 4, "INSERT INTO members (bucket, member, due, state) VALUES (?, ?, ?, ?)")
	do(&c.keepState, 2, "UPDATE members SET state = ? WHERE n = ?")
	do(&c.keepMember, 3, "UPDATE members SET due = ?, state = ? WHERE n = ?")
	do(&c.dropMember, 1, "DELETE FROM members WHERE n = ?")
	do(&c.addHistory, 4, "INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?)")
	do(&c.dropHistory, 3, "DELETE FROM history WHERE bucket = ? AND member = ? AND version <= ?")
	do(&c.addOutbox, 7, "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?)")
	do(&c.dropOutbox, 3, "DELETE FROM outbox WHERE bucket = ? AND n = ? AND epoch = ?")
	do(&c.keepBucket, 8, "INSERT OR REPLACE INTO buckets VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
	do(&c.keepMark, 7, "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?, ?, ?)")
	do(&c.dropTargets, 1, "UPDATE marks SET target = 0, awaited = '' WHERE bucket = ? AND target > 0")
	do(&c.keepCoupon, 5, "INSERT OR REPLACE INTO coupons VALUES (?, ?, ?, ?, ?)")
	return errors.Join(errs...)
}

func (c *levelsConn) close() error {
	var errs []error
	for _, q := range []*question{c.member, c.dueMembers, c.someMembers, c.bucket, c.mark, c.recovering, c.coupon} {
		if q != nil {
			errs = append(errs, q.close())
		}
	}
	for _, s := range []*statement{
		c.addMember, c.keepState, c.keepMember, c.dropMember, c.addHistory, c.dropHistory,
		c.addOutbox, c.dropOutbox, c.keepBucket, c.keepMark, c.dropTargets, c.keepCoupon,
	} {
		if s != nil {
			errs = append(errs, s.close())
		}
	}
	return errors.Join(append(errs, c.conn.close())...)
}
