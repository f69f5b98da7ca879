package broker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// Broker is a broker that listens. Run must be called, if only to close it.
type Broker struct {
	cfg      Config
	observer Observer
	addr     string
	failed   chan error // room for one: the first failed write since the last open
	full     atomic.Bool

	running *running // of Run's goroutine only
}

// running is one life of kfake, from open to close.
type running struct {
	cluster *kfake.Cluster
	gate    *gate
}

// New repairs what is torn or damaged in the directory, and listens. A client that
// connects from now on is served.
func New(cfg Config, observer Observer) (*Broker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	if observer == nil {
		return nil, errors.New("broker: no observer is given")
	}
	listener, err := listen(context.Background(), cfg.Listen)
	if err != nil {
		return nil, err
	}
	b := &Broker{cfg: cfg, observer: observer, addr: listener.Addr().String(), failed: make(chan error, 1)}
	if b.running, err = b.open(listener); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the broker's data: %w", err), listener.Close())
	}
	return b, nil
}

// Addr is host:port, as clients dial it.
func (b *Broker) Addr() string { return b.addr }

// Full says whether records are refused because the disk has less than MinFreeBytes left. It may be asked from anywhere.
func (b *Broker) Full() bool { return b.full.Load() }

// closeWithin bounds how long Run waits for kfake, and for the disk, when the context has ended. A
// process that has less time left for its stop ends before that.
const closeWithin = 8 * time.Second

// Run serves until the context ends, then puts everything on the disk and closes. Records are
// removed by age and size meanwhile, and the free space is watched. After a write that failed,
// the broker closes, repairs and opens again by itself, as soon as there is room.
func (b *Broker) Run(ctx context.Context) error {
	look, clean := time.NewTicker(lookEvery), time.NewTicker(b.cfg.CleanEvery)
	defer look.Stop()
	defer clean.Stop()
	for {
		select {
		case <-ctx.Done():
			return b.stop()
		case <-look.C:
			b.running.gate.look()
		case <-clean.C:
			b.clean()
		case err := <-b.failed:
			b.observer.BrokerFailed(errors.Join(errWrite, err))
			b.running.gate.look() // it may be for want of room
			if err := b.reopen(ctx); err != nil {
				return err
			}
		}
	}
}

func (b *Broker) stop() error {
	closed := make(chan error, 1)
	go func() { closed <- b.close() }()
	select {
	case err := <-closed:
		return err
	case <-time.After(closeWithin):
		return fmt.Errorf("closing the broker: the disk took longer than %s; it will be repaired at the next start", closeWithin)
	}
}

// close ends kfake, and marks the directory when everything is on the disk.
func (b *Broker) close() error {
	b.running.cluster.Close()
	if b.running.gate.broken.Load() {
		return fmt.Errorf("closing the broker: %w; it will be repaired at the next start", errWrite)
	}
	if err := syncTree(b.cfg.Dir); err != nil {
		return fmt.Errorf("closing the broker: %w", err)
	}
	if err := replace(filepath.Join(b.cfg.Dir, cleanFile)); err != nil {
		return fmt.Errorf("closing the broker: %w", err)
	}
	return nil
}

// reopenEvery is the wait between attempts.
const reopenEvery = time.Second

func (b *Broker) reopen(ctx context.Context) error {
	b.running.cluster.Close()
	tick := time.NewTicker(reopenEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-b.failed: // by closing, too
			b.observer.BrokerFailed(err)
		default:
		}
		next, err := b.again(ctx)
		if err == nil {
			b.running = next
			return nil
		}
		b.observer.BrokerFailed(fmt.Errorf("opening the broker again: %w", err))
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}

func (b *Broker) again(ctx context.Context) (*running, error) {
	listener, err := listen(ctx, b.addr)
	if err != nil {
		return nil, err
	}
	next, err := b.open(listener)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return next, nil
}

// open repairs the directory and starts kfake on it.
func (b *Broker) open(listener *gated) (*running, error) {
	dir := b.cfg.Dir
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	if err := repair(dir, b.observer.Repaired); err != nil {
		return nil, err
	}
	if err := errors.Join(removeIfThere(filepath.Join(dir, cleanFile)), syncDir(dir)); err != nil {
		return nil, err
	}
	g := &gate{
		dir: dir, minFree: b.cfg.MinFreeBytes, observer: b.observer, full: &b.full,
		stamps: &stamps{topics: &topicFile{dir: dir, note: b.observer.BrokerFailed}, now: time.Now},
	}
	var once sync.Once
	log := logger{note: b.observer.BrokerFailed, failed: func(err error) {
		g.broken.Store(true)
		once.Do(func() {
			select {
			case b.failed <- err:
			default:
			}
		})
	}}
	cluster, err := kfake.NewCluster(b.options(listener, log)...)
	if err != nil {
		return nil, err
	}
	cluster.Fault(g.fault())
	g.look()
	// What kfake has read now is old as soon as a record comes: only its next good end, or
	// our repair, may write it again.
	if err := removeIfThere(filepath.Join(dir, windowsFile)); err != nil {
		cluster.Close()
		return nil, err
	}
	listener.open()
	return &running{cluster: cluster, gate: g}, nil
}
