package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// What a file says of itself, in SQLite's own header.
const (
	applicationID = 0x736c7563 // "sluc"
	formatVersion = 1
)

// ErrFormat says that a file is not one that this program can read.
var ErrFormat = errors.New("not a store of this program's format")

// Tables. A day is filled in the order of arrival and never changed, so its rows simply follow each
// other. Its one index does two things: with slot and name it says whether a key is there, and as a slot
// is some seconds of the device's clock it finds a driver's pings of a time. An index by driver first would
// have to touch a page for every ping, far apart: measured with 100k drivers at 30k pings/s, most of a core goes
// into the log and the disk. One by time alone could not find a driver.
//
// Some pings have another event time than the device's clock (it was ahead): those alone are in a third place,
// by driver and event time.
func (f *family) ddl() []string {
	if f.orders {
		return orderTables()
	}
	if f.versions {
		return []string{
			"CREATE TABLE docs (name BLOB PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL) STRICT, WITHOUT ROWID",
		}
	}
	return []string{
		"CREATE TABLE docs (n INTEGER PRIMARY KEY, slot INTEGER NOT NULL, name BLOB NOT NULL, at INTEGER, body BLOB NOT NULL) STRICT",
		"CREATE UNIQUE INDEX names ON docs (slot, name)",
		"CREATE INDEX moved ON docs (name, at) WHERE at IS NOT NULL",
	}
}

// insert is the statement that keeps one write and changes no row when a key is there, or a newer version.
func (f *family) insert(c *conn) (*statement, error) {
	if f.versions {
		return c.prepare("INSERT INTO docs (name, version, body) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"+
			" SET version = excluded.version, body = excluded.body WHERE excluded.version > docs.version", 3)
	}
	return c.prepare("INSERT OR IGNORE INTO docs (slot, name, at, body) VALUES (?, ?, ?, ?)", 4)
}

// prepare makes the tables of a new file, in one transaction with the mark that says so, and refuses a file
// of another format.
func (f *family) prepare(c *conn) error {
	found, err := c.numbers("SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)" +
		" FROM pragma_application_id, pragma_user_version")
	if err != nil {
		return err
	}
	if err := checkFormat(found[0], found[1], found[2]); err != nil {
		return err
	}
	if found[1] == 0 {
		if err := f.create(c); err != nil {
			return errors.Join(err, c.rollback())
		}
	}
	if f.orders {
		c.orders, err = prepareOrders(c)
		return err
	}
	c.put, err = f.insert(c)
	return err
}

func (f *family) create(c *conn) error {
	steps := append([]string{"BEGIN IMMEDIATE"}, f.ddl()...)
	steps = append(steps, fmt.Sprintf("PRAGMA application_id = %d", applicationID),
		fmt.Sprintf("PRAGMA user_version = %d", formatVersion), "COMMIT")
	for _, step := range steps {
		if err := c.exec(step); err != nil {
			return err
		}
	}
	return nil
}

// checkFormat accepts what a file says of itself; a file without a table is one that was just begun.
func checkFormat(application, version, tables int64) error {
	switch {
	case application == 0 && version == 0 && tables == 0:
		return nil
	case application != applicationID:
		return fmt.Errorf("%w: it was made by another program", ErrFormat)
	case version != formatVersion:
		return fmt.Errorf("%w: it is of format %d, this program reads %d", ErrFormat, version, formatVersion)
	}
	return nil
}

// readFormat is the same look by a connection that only reads; it reports whether there are tables.
func readFormat(ctx context.Context, db *sql.DB) (made bool, err error) {
	var application, version, tables int64
	err = db.QueryRowContext(ctx, "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)"+
		" FROM pragma_application_id, pragma_user_version").Scan(&application, &version, &tables)
	if err != nil {
		return false, err
	}
	return tables > 0, checkFormat(application, version, tables)
}

// syncDir makes the names of new and removed files survive a power cut.
func syncDir(dir string) error {
	f, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
