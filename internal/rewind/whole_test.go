package rewind_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"sluice/internal/broker"
	"sluice/internal/kafka"
	"sluice/internal/rewind"
	"sluice/pipelines"
	"sluice/pipelines/orders"
	"sluice/pipelines/pipelinestest"
	"sluice/schemas"
	"sluice/schemas/rules"
	"sluice/sinks/embedded"
)

// town is one Kafka, and the store of the day.
type town struct {
	cfg   kafka.Config
	admin *kafka.Admin
	at    time.Time // of all events

	mu       sync.Mutex
	rewound  []rewind.Report
	replayed []rewind.Report
}

const (
	people    = 20
	perPerson = 30
	perTopic  = 3 // partitions
)

func newTown(t *testing.T) *town {
	t.Helper()
	b, err := broker.New(broker.Config{Listen: "127.0.0.1:0", Dir: t.TempDir()}, quiet{t})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	w := &town{cfg: kafka.Config{Brokers: []string{b.Addr()}}, at: time.Now().Add(-time.Minute)}
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	if w.admin, err = kafka.NewAdmin(w.cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, w.admin.Close) })
	_, err = w.admin.Setup(t.Context(), []kafka.TopicSpec{
		{Name: schemas.TopicOrders, Partitions: perTopic, Replication: 1},
		{Name: schemas.TopicPurchases, Partitions: 2, Replication: 1},
		{Name: schemas.TopicEpochs, Partitions: 1, Replication: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

type quiet struct{ t testing.TB }

func (quiet) RoomChanged(bool, int64)  {}
func (quiet) Repaired(broker.Repair)   {}
func (q quiet) BrokerFailed(err error) { q.t.Error(err) }
func (q quiet) GroupFailed(err error)  { q.t.Logf("group: %v", err) }
func (q quiet) GroupSkipped(part pipelines.Partition, _, _ int64, reason string, _ error) {
	q.t.Errorf("skipped in %v: %s", part, reason)
}

func (q quiet) GroupGap(part pipelines.Partition, from, to int64, why string) {
	q.t.Errorf("gap in %v: %d to %d, %s", part, from, to, why)
}

func closing(t *testing.T, end func() error) {
	t.Helper()
	if err := end(); err != nil {
		t.Error(err)
	}
}

func member(n int) string { return fmt.Sprintf("M%04d", n) }

// publish has everybody complete so many orders, each told twice, and buy once.
func (w *town) publish(t *testing.T) {
	t.Helper()
	p, err := kafka.NewPublisher(w.cfg, kafka.PublisherConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, p.Close)
	var sold, bought []pipelines.Record
	for n := range people {
		id := member(n)
		for order := range 2 * perPerson {
			value := fmt.Appendf(nil, `{"orderId":"%d","memberId":%q,"type":"completed","at":%d}`, 1+n*1000+order%perPerson, id, w.at.UnixMilli())
			sold = append(sold, pipelines.Record{Key: []byte(id), Value: value})
		}
		bought = append(bought, pipelines.Record{Key: []byte(id), Value: fmt.Appendf(nil, `{"purchaseId":"P%d","memberId":%q,"sku":"platinum-month","at":%d}`, n, id, w.at.UnixMilli())})
	}
	if err := errors.Join(p.Publish(t.Context(), schemas.TopicOrders, sold), p.Publish(t.Context(), schemas.TopicPurchases, bought)); err != nil {
		t.Fatal(err)
	}
}

// Rewound keeps the report.
func (w *town) Rewound(r rewind.Report) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rewound = append(w.rewound, r)
}

// Replayed keeps the report.
func (w *town) Replayed(r rewind.Report, _ time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.replayed = append(w.replayed, r)
}

// RewindFailed is tried again.
func (*town) RewindFailed(pipelines.Partition, error) {}

// feeds are those of both pipelines.
type feeds struct{ admin *kafka.Admin }

// Feeds asks for both.
func (f feeds) Feeds(ctx context.Context) ([]pipelines.Feed, error) {
	sold, err := f.admin.Feeds(ctx, "order-levels", schemas.TopicOrders)
	bought, again := f.admin.Feeds(ctx, "purchase-levels", schemas.TopicPurchases)
	return append(sold, bought...), errors.Join(err, again)
}

// store is one of member levels, as far as it is asked here.
type store interface {
	rewind.Store
	pipelines.Sink
	Member(ctx context.Context, id string) (schemas.MemberState, error)
	Close() error
}

// inSQLite opens a store in a directory.
func inSQLite(t *testing.T, dir string) store {
	t.Helper()
	levels, err := embedded.OpenLevels(embedded.LevelsConfig{Dir: dir, Rules: rules.Default(), Buckets: 8, NoSync: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return levels
}

// day runs both pipelines on a store until each member is as wanted and all is committed, with something happening
// in the middle, and gives the greatest epoch.
func (w *town) day(t *testing.T, levels store, want func(schemas.MemberState) bool, noon func()) (epoch int64) {
	t.Helper()
	book := rules.Default()
	defer closing(t, levels.Close)
	numbers, err := kafka.NewNumbers(w.cfg, schemas.TopicEpochs)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, numbers.Close)
	r, err := rewind.New(rewind.Config{CheckEvery: 200 * time.Millisecond}, rewind.Deps{Store: levels, Epochs: numbers, Feeds: feeds{w.admin}, Observer: w})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancelCause(t.Context())
	ended := make(chan error, 2)
	go func() {
		ended <- run(ctx, t, w.cfg, r, levels, "order-levels", schemas.TopicOrders, orders.NewLevels(orders.Config{Rules: book}))
	}()
	go func() {
		ended <- run(ctx, t, w.cfg, r, levels, "purchase-levels", schemas.TopicPurchases, orders.NewPurchases(orders.Config{Rules: book}))
	}()
	for _, then := range []func(){noon, nil} {
		for n := range people {
			state := w.until(t, levels, member(n), want)
			epoch = max(epoch, state.Epoch)
		}
		w.settled(t)
		if then == nil {
			break
		}
		then()
	}
	stop(pipelines.ErrStopped)
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	return epoch
}

func run[T any](ctx context.Context, t *testing.T, cfg kafka.Config, r *rewind.Rewinder, sink pipelines.Sink, name, topic string, stream func() pipelines.Stream[T]) error {
	t.Helper()
	group, err := kafka.NewGroup(cfg, name, topic, kafka.GroupConfig{}, quiet{t})
	if err != nil {
		return err
	}
	line, err := pipelines.New(pipelines.Config{Name: name, InFlight: 1, CommitInterval: 100 * time.Millisecond}, stream, sink, nil, pipelinestest.NewObserver())
	if err != nil {
		return err
	}
	return line.Run(ctx, r.Group(group))
}

// until waits for a member's state.
func (w *town) until(t *testing.T, levels store, id string, want func(schemas.MemberState) bool) schemas.MemberState {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); ; <-tick.C {
		state, err := levels.Member(t.Context(), id)
		switch {
		case err == nil && want(state):
			return state
		case err != nil && !errors.Is(err, schemas.ErrRecovering) && !errors.Is(err, schemas.ErrUnavailable):
			t.Fatal(err)
		case time.Now().After(deadline):
			t.Fatalf("%s has %+v (%v)", id, state, err)
		}
	}
}

// settled waits until all is committed.
func (w *town) settled(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); ; <-tick.C {
		all, err := feeds{w.admin}.Feeds(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		left := 0
		for _, feed := range all {
			left += int(feed.End - feed.Next)
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not committed: %+v", all)
		}
	}
}

// reports gives what was reported since the last call.
func (w *town) reports() (rewound, replayed []rewind.Report) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rewound, replayed = w.rewound, w.replayed
	w.rewound, w.replayed = nil, nil
	return rewound, replayed
}

// The whole way: a broker, the groups, the path, and a store that is there, gone, and gone for longer than the topic remembers.
func TestMembersComeBackFromTheTopics(t *testing.T) {
	comeBack(t, func(t *testing.T) (again func() store) {
		dir := t.TempDir()
		return func() store { return inSQLite(t, dir) }
	})
}

// comeBack is given stores of which each is empty when it is opened first.
func comeBack(t *testing.T, empty func(t *testing.T) (again func() store)) {
	t.Helper()
	w := newTown(t)
	w.publish(t)
	month := rules.Default().Month(w.at.UnixMilli())
	whole := func(s schemas.MemberState) bool { return s.Count(month) == perPerson && len(s.Memberships) == 1 }
	first := empty(t)
	born := w.day(t, first(), whole, nil)
	if rewound, _ := w.reports(); len(rewound) == 0 || rewound[0].Replays() || rewound[0].Unborn != rewound[0].Buckets || born < 1 {
		t.Errorf("born with epoch %d: %+v", born, rewound)
	}
	again := w.day(t, first(), whole, nil)
	if rewound, _ := w.reports(); len(rewound) > 0 || again != born {
		t.Errorf("nothing was lost, and reported is %+v; epoch %d, then %d", rewound, born, again)
	}
	before, err := feeds{w.admin}.Feeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	later := w.day(t, empty(t)(), whole, nil)
	if later <= again {
		t.Errorf("epoch %d, then %d", again, later)
	}
	w.readAgain(t, before)

	gone := make(map[int32]int64)
	for _, feed := range before[:perTopic] {
		gone[feed.Part.ID] = feed.End // nothing is left
	}
	if err := w.admin.DeleteBefore(t.Context(), schemas.TopicOrders, gone); err != nil {
		t.Fatal(err)
	}
	w.day(t, empty(t)(), func(s schemas.MemberState) bool { return s.Count(month) == 0 && len(s.Memberships) == 1 }, nil)
	rewound, _ := w.reports()
	for _, feed := range before[:perTopic] {
		if count(rewound, func(r rewind.Report) bool {
			return r.Part == feed.Part && r.Short() && r.Missing == 0 && r.MissingTo == feed.End
		}) != int(min(feed.End, 1)) {
			t.Errorf("what %v has lost for good is not reported: %+v", feed.Part, rewound)
		}
	}
}

// readAgain wants every partition that holds something to be reported as read again from its start.
func (w *town) readAgain(t *testing.T, before []pipelines.Feed) {
	t.Helper()
	held := 0
	for _, feed := range before {
		held += int(min(feed.End, 1))
	}
	rewound, replayed := w.reports()
	for what, all := range map[string][]rewind.Report{"rewound": rewound, "replayed": replayed} {
		if n := count(all, func(r rewind.Report) bool { return r.From == 0 && r.Replays() && !r.Short() }); n != held {
			t.Errorf("%d of %d partitions were %s: %+v", n, held, what, all)
		}
	}
}

func count(all []rewind.Report, match func(rewind.Report) bool) (n int) {
	for _, r := range all {
		if match(r) {
			n++
		}
	}
	return n
}
