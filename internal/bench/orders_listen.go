package bench

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"sluice/internal/pause"
	"sluice/schemas"
)

// listener hears what is published about members.
type listener struct {
	stop context.CancelFunc
	done chan error

	mu        sync.Mutex
	heard     int
	repeated  int
	named     map[change]struct{}
	risen     map[string]struct{} // orders that a change was heard of
	from, to  int64               // times of orders that count, ms; 0 = none do
	published *hdrhistogram.Histogram
	failed    error
}

// change is what must name one thing only.
type change struct {
	member         string
	epoch, version int64
}

// listen begins at the first change of a space.
func (o *orders) listen(ctx context.Context, s *ordersSpace) (*listener, error) {
	topic := s.prefix + schemas.TopicLevels
	ctx, stop := context.WithCancel(ctx)
	l := &listener{
		stop: stop, done: make(chan error, 1), named: map[change]struct{}{}, risen: map[string]struct{}{},
		published: hdrhistogram.New(1, probeMaxMS, 3),
	}
	begun := make(chan struct{})
	go func() { l.done <- o.kafka.Follow(ctx, topic, make([]int64, o.cfg.Partitions), begun, l.hear) }()
	select {
	case <-begun:
		return l, nil
	case err := <-l.done:
		stop()
		return nil, errors.Join(err, context.Cause(ctx))
	}
}

// end stops listening.
func (l *listener) end(err *error) {
	l.stop()
	*err = errors.Join(*err, <-l.done, l.failed)
}

func (l *listener) hear(value []byte) {
	now := time.Now().UnixMilli()
	var c schemas.LevelChanged
	err := schemas.DecodeLevel(&c, value)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard++
	if err != nil {
		l.failed = fmt.Errorf("reading a change of level: %w", err)
		return
	}
	name := change{member: c.MemberID, epoch: c.Epoch, version: c.Version}
	if _, known := l.named[name]; known {
		l.repeated++
	}
	l.named[name] = struct{}{}
	l.time(&c, now)
}

// time keeps how late a change is. Of an order only the first counts: another one comes of its refund, which was later.
func (l *listener) time(c *schemas.LevelChanged, now int64) {
	id, err := strconv.ParseInt(c.OrderID, 10, 64)
	if err != nil {
		return // no order did it
	}
	_, known := l.risen[c.OrderID]
	l.risen[c.OrderID] = struct{}{}
	at := schemas.SplitOrderID(id).At
	if known || at < l.from || at >= l.to {
		return
	}
	if err := l.published.RecordValue(min(max(now-at, 1), probeMaxMS)); err != nil {
		l.failed = fmt.Errorf("keeping the age of a change: %w", err)
	}
}

// span says the orders of which time are to be timed.
func (l *listener) span(from time.Time, length time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.from, l.to = from.UnixMilli(), from.Add(length).UnixMilli()
}

func (l *listener) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heard
}

func (l *listener) twice() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.repeated
}

// changes is how many changes of level a space's topic holds.
func (o *orders) changes(s *ordersSpace) (int64, error) {
	ends, err := o.kafka.Ends(s.prefix + schemas.TopicLevels)
	if err != nil {
		return 0, err
	}
	sum := int64(0)
	for _, end := range ends {
		sum += end
	}
	return sum, nil
}

// allHeard waits until everything in the topic of changes was heard.
func (o *orders) allHeard(ctx context.Context, s *ordersSpace, l *listener) error {
	ctx, cancel := context.WithTimeoutCause(ctx, publishLimit, errors.New("not all changes of level were heard"))
	defer cancel()
	for {
		there, err := o.changes(s)
		if err != nil {
			return err
		}
		if int64(l.count()) >= there {
			return nil
		}
		if err := pause.For(ctx, pollEvery); err != nil {
			return fmt.Errorf("%d of %d: %w", l.count(), there, err)
		}
	}
}
