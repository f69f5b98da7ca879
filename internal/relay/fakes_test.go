package relay

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"sluice/pipelines"
	"sluice/schemas"
)

var (
	errAway  = errors.New("away")
	errNever = errors.New("never")
)

// world is a store, a bus, dead letters and an observer in memory; each fails when its fault says so.
type world struct {
	mu      sync.Mutex
	boxes   map[int][]schemas.OutboxEntry
	next    int
	sent    []string // ids, as Kafka has them
	looks   int
	letters []pipelines.DeadLetter
	fault   func(step, what string) error // step is waiting, read, trim, publish, acked or letter
	wrong   []string

	published int
	retried   int
	failed    map[string]int
	lag       time.Duration
	lagging   int
	ages      []time.Duration
}

func newWorld() *world {
	return &world{boxes: map[int][]schemas.OutboxEntry{}, failed: map[string]int{}, fault: func(string, string) error { return nil }}
}

// put adds entries of one member to a bucket; their ids are numbers, greater than all before.
func (w *world) put(bucket int, topic string, n int) { w.putOf(bucket, 0, topic, n) }

func (w *world) putOf(bucket, member int, topic string, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for range n {
		w.next++
		id := strconv.Itoa(w.next)
		w.boxes[bucket] = append(w.boxes[bucket], schemas.OutboxEntry{
			ID: id, Topic: topic, Key: fmt.Appendf(nil, "M%d-%d", bucket, member), Value: []byte("value-" + id), At: time.Now().UnixMilli(),
		})
	}
}

// fails sets the fault for the rest.
func (w *world) fails(fault func(step, what string) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = fault
}

func (w *world) ask(step, what string) error {
	w.mu.Lock()
	fault := w.fault
	w.mu.Unlock()
	return fault(step, what) // it may block
}

func (w *world) Waiting(context.Context) ([]int, error) {
	if err := w.ask("waiting", ""); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looks++
	return slices.Sorted(maps.Keys(w.boxes)), nil
}

func (w *world) Outbox(_ context.Context, bucket, limit int) ([]schemas.OutboxEntry, error) {
	if err := w.ask("read", strconv.Itoa(bucket)); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	box := w.boxes[bucket]
	return slices.Clone(box[:min(limit, len(box))]), nil
}

// Trim complains when what it is to remove is neither with Kafka nor a dead letter.
func (w *world) Trim(_ context.Context, bucket int, ids []string) error {
	if err := w.ask("trim", strconv.Itoa(bucket)); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		if !slices.Contains(w.sent, id) && !w.buried(id) {
			w.wrong = append(w.wrong, id+" is trimmed and was not published")
		}
	}
	w.boxes[bucket] = slices.DeleteFunc(w.boxes[bucket], func(e schemas.OutboxEntry) bool { return slices.Contains(ids, e.ID) })
	if len(w.boxes[bucket]) == 0 {
		delete(w.boxes, bucket)
	}
	return nil
}

func (w *world) buried(id string) bool {
	return slices.ContainsFunc(w.letters, func(l pipelines.DeadLetter) bool { return string(l.Record.Value) == "value-"+id })
}

// bus is a publisher whose acknowledgement may get lost.
type bus struct{ *world }

func (b bus) Publish(topic string, messages ...*message.Message) error {
	for _, msg := range messages {
		if err := b.ask("publish", topic+" "+msg.UUID); err != nil {
			return err
		}
		b.mu.Lock()
		if len(Key(msg)) == 0 {
			b.wrong = append(b.wrong, msg.UUID+" has no key")
		}
		b.sent = append(b.sent, msg.UUID)
		b.mu.Unlock()
		if err := b.ask("acked", topic+" "+msg.UUID); err != nil {
			return err
		}
	}
	return nil
}

func (b bus) Close() error { return nil }

// grave keeps dead letters.
type grave struct{ *world }

func (g grave) Publish(_ context.Context, letters []pipelines.DeadLetter) error {
	if err := g.ask("letter", ""); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.letters = append(g.letters, letters...)
	return nil
}

func (w *world) RelayPublished(_ string, age time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.published++
	w.ages = append(w.ages, age)
}

func (w *world) RelayFailed(_, reason string, _ error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if reason == "" {
		w.retried++
		return
	}
	w.failed[reason]++
}

func (w *world) RelayLag(buckets int, oldest time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lagging, w.lag = buckets, oldest
}

func (w *world) relay(t interface {
	Helper()
	Fatal(args ...any)
}, cfg Config,
) *Relay {
	t.Helper()
	r, err := New(cfg, Deps{
		Store: w, Bus: bus{w}, Dead: grave{w}, Observer: w,
		Unpublishable: func(err error) (string, bool) { return "never", errors.Is(err, errNever) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// check tells what the fakes complained of.
func (w *world) check(t testing.TB) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, wrong := range w.wrong {
		t.Error(wrong)
	}
}
