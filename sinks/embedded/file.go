package embedded

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// file is one target: a database file of its own. So a day goes by removing its file, at once and with all its room; a
// sync or a move of one target's log holds up no other; and what is torn is one day, not all.
type file struct {
	cfg     *Config
	family  *family
	target  string
	path    string
	drivers *index // nil unless the family is searched by place

	queue chan *request
	turns chan struct{} // of all files
	ended chan struct{}
	conn  *conn // the writer goroutine's, once that runs

	readsMu sync.Mutex
	reads   *sql.DB // nil until somebody asks

	log     logbook
	trouble atomic.Pointer[error] // why the last transaction failed, nil when it did not
}

// queued is how many calls may wait for a writer before the next ones wait to be let in.
const queued = 64

func (s *Store) openFile(f *family, target string) (*file, error) {
	opened := &file{
		cfg: &s.cfg, family: f, target: target, path: filepath.Join(s.cfg.Dir, target+fileSuffix),
		queue: make(chan *request, queued), turns: s.turns, ended: make(chan struct{}),
	}
	if f.drivers {
		opened.drivers = s.drivers
	}
	if err := opened.connect(); err != nil {
		return nil, fmt.Errorf("opening %s: %w", filepath.Base(opened.path), explain(err, s.cfg.Dir))
	}
	if err := s.files.add(target); err != nil { // which syncs the directory, and so the new file's name
		return nil, errors.Join(explain(err, s.cfg.Dir), opened.conn.close())
	}
	if opened.drivers != nil {
		if err := opened.load(); err != nil {
			return nil, errors.Join(fmt.Errorf("loading %s: %w", filepath.Base(opened.path), err), opened.conn.close())
		}
	}
	go opened.run()
	return opened, nil
}

// connect opens the writing connection.
func (f *file) connect() error {
	cfg := *f.cfg
	if f.family.monthly {
		cfg.CacheBytes = cfg.MonthCacheBytes
	}
	c, err := connect(f.path, &cfg)
	if err != nil {
		return err
	}
	if err := f.family.prepare(c); err != nil {
		return errors.Join(err, c.close())
	}
	f.conn, f.log = c, logbook{path: f.path + "-wal", limit: f.cfg.MaxLogBytes}
	return nil
}

// pool is where questions go.
func (f *file) pool() (*sql.DB, error) {
	f.readsMu.Lock()
	defer f.readsMu.Unlock()
	if f.reads == nil {
		reads, err := openReads(f.path)
		if err != nil {
			return nil, err
		}
		f.reads = reads
	}
	return f.reads, nil
}

// close waits for the requests in the queue and closes the file; nobody may use it any more. The
// last connection moves the log into the file.
func (f *file) close() error {
	close(f.queue)
	<-f.ended
	f.readsMu.Lock()
	defer f.readsMu.Unlock()
	var errs []error
	if f.reads != nil {
		errs = append(errs, f.reads.Close())
	}
	if f.conn != nil {
		errs = append(errs, f.conn.close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("closing %s: %w", filepath.Base(f.path), err)
	}
	return nil
}

// load reads the positions that the file has into the index.
func (f *file) load() error {
	const some = 4096
	batch := make([]*driver, 0, some)
	err := f.conn.each("SELECT name, version, body FROM docs", func(name []byte, version int64, body []byte) error {
		d := newDriver(string(name), version)
		if reason := f.family.shape.read(body, &reading{driver: d}); reason != "" {
			return fmt.Errorf("%w: a document that cannot be read back", errCorrupt)
		}
		if batch = append(batch, d); len(batch) == some {
			f.drivers.apply(batch)
			batch = batch[:0]
		}
		return nil
	})
	f.drivers.apply(batch)
	return err
}

var errCorrupt = errors.New("the file is damaged")
