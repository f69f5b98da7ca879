package embedded

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"sluice/sinks/sinkstest"
)

// numbers are families of one number, for the suite.
func numbers() []family {
	n := shape{"n": {kind: kindInteger, bit: 1}}
	return []family{{name: "versioned", versions: true, shape: n}, {name: "created", shape: n}}
}

func TestSink(t *testing.T) {
	sinkstest.TestSink(t, func(t *testing.T) sinkstest.Subject { return subject(t, t.TempDir()) })
}

func subject(t *testing.T, dir string) sinkstest.Subject {
	s, err := open(Config{Dir: dir, NoSync: true}, numbers())
	if err != nil {
		t.Fatal(err)
	}
	closeWith(t, s)
	return sinkstest.Subject{
		Sink: s, Versioned: "versioned", Created: "created",
		Doc:       func(n int64) []byte { return fmt.Appendf(nil, `{"n":%d}`, n) },
		Poison:    func() []byte { return []byte(`{"n":1,"poison":true}`) },
		WrongType: func() []byte { return []byte(`{"n":"one"}`) },
		Read:      func(t *testing.T, target string, key []byte) []byte { return body(t, s, target, key) },
		Reopen: func(t *testing.T) sinkstest.Subject {
			closeStore(t, s)
			return subject(t, dir)
		},
	}
}

// body is the document under a key, nil when there is none.
func body(t testing.TB, s *Store, target string, key []byte) []byte {
	t.Helper()
	opened, release, err := s.use(target, false)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	reads, err := opened.pool()
	if err != nil {
		t.Fatal(err)
	}
	var found []byte
	err = reads.QueryRowContext(t.Context(), "SELECT body FROM docs WHERE name = ?", key).Scan(&found)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		t.Fatal(err)
	}
	return found
}

func TestDrivers(t *testing.T) {
	sinkstest.TestDrivers(t, func(t *testing.T) sinkstest.Fleet { return fleet(t, t.TempDir()) })
}

func fleet(t *testing.T, dir string) sinkstest.Fleet {
	s := newStore(t, Config{Dir: dir, NoSync: true})
	return sinkstest.Fleet{
		Sink: s, Drivers: s, Area: s,
		Refresh: func(*testing.T) {}, // a search sees what was answered
		Reopen: func(t *testing.T) sinkstest.Fleet {
			closeStore(t, s)
			return fleet(t, dir)
		},
	}
}
