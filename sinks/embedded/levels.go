package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"

	"sluice/pipelines"
	"sluice/schemas"
)

// Levels is the state of members in one SQLite file: their orders by month, their memberships, the level announced, what
// is to be published, and how far of each partition that is. It does what the store in Redis does, by the same suite. Each
// call is one transaction, with others that wait; its answer comes after the commit. It is used from many goroutines at
// once.
type Levels struct {
	cfg   LevelsConfig
	tag   uint32 // of the rules
	file  Config
	files *manifest
	turns chan struct{} // of transactions
	reads *sql.DB

	queue chan *levelTask
	ended chan struct{}
	conn  *levelsConn    // the writer goroutine's, once that runs
	log   logbook        // likewise
	swept map[int][]byte // likewise: by bucket, the member up to whom was looked for what has expired

	trouble atomic.Pointer[error] // why the last transaction failed, nil when it did not

	lanesMu sync.Mutex
	lanes   map[pipelines.Partition]*opened

	mu     sync.RWMutex // read: the queue takes tasks; write: it is closed
	closed bool
}

var _ pipelines.Sink = (*Levels)(nil)

// OpenLevels opens the member levels in cfg.Dir, or makes them. The caller sees to it that no other process has them open
// for writing. A file that is damaged, missing, or of another format, is an error that names it, as with Open. Its
// transactions take turns with those of beside, so that one processor is left to others; nil when there is no such store.
func OpenLevels(cfg LevelsConfig, beside *Store) (*Levels, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("opening member levels: %w", err)
	}
	dir, err := absolute(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening member levels: %w", err)
	}
	cfg = cfg.withDefaults()
	cfg.Dir = dir
	l := &Levels{
		cfg: cfg, tag: tagOf(cfg.Rules), file: cfg.file().withDefaults(), turns: turns(), queue: make(chan *levelTask, queued), ended: make(chan struct{}),
		swept: map[int][]byte{}, lanes: map[pipelines.Partition]*opened{},
	}
	if beside != nil {
		l.turns = beside.turns
	}
	if err := l.open(); err != nil {
		return nil, fmt.Errorf("opening member levels: %w", explain(err, dir))
	}
	go l.run()
	return l, nil
}

func (l *Levels) open() error {
	there, err := l.file.targets([]family{{name: levelsTarget}})
	if err != nil {
		return err
	}
	if l.files, err = openManifest(l.cfg.Dir, there); err != nil {
		return err
	}
	if err := l.connect(); err != nil {
		return fmt.Errorf("opening %s: %w", levelsTarget+fileSuffix, err)
	}
	if err := l.files.add(levelsTarget); err != nil { // which syncs the directory, and so the new file's name
		return errors.Join(err, l.conn.close())
	}
	if l.reads, err = openReads(filepath.Join(l.cfg.Dir, levelsTarget+fileSuffix)); err != nil {
		return errors.Join(err, l.conn.close())
	}
	return nil
}

// connect opens the writing connection.
func (l *Levels) connect() error {
	c, err := connectLevels(l.cfg.Dir, &l.file, l.cfg.Buckets)
	if err != nil {
		return err
	}
	l.conn = c
	l.log = logbook{path: filepath.Join(l.cfg.Dir, levelsTarget+fileSuffix+"-wal"), limit: l.file.MaxLogBytes}
	return nil
}

// Buckets is how many parts the members are in, numbered from 0.
func (l *Levels) Buckets() int { return l.cfg.Buckets }

// Ready returns nil when the last transaction could be carried out, as that of Store.
func (l *Levels) Ready(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return fmt.Errorf("asking whether the member levels are ready: %w: %w", schemas.ErrUnavailable, errClosed)
	}
	if err := l.trouble.Load(); err != nil {
		return fmt.Errorf("asking whether the member levels are ready: %w: %w", schemas.ErrUnavailable, *err)
	}
	return nil
}

// Close waits for the calls under way, moves the log into the file and closes it. A second call does nothing.
func (l *Levels) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	close(l.queue)
	l.mu.Unlock()
	<-l.ended
	errs := []error{l.reads.Close()}
	if l.conn != nil {
		errs = append(errs, l.conn.close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("closing member levels: %w", err)
	}
	return nil
}
