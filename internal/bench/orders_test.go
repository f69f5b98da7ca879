package bench

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"sluice/internal/bench/crowd"
	"sluice/schemas"
)

func TestOrdersConfigReportsAllComplaints(t *testing.T) {
	t.Parallel()
	bad := OrdersConfig{Events: 1, Partitions: 300, Members: 2, Locks: -1, Clients: 1, For: time.Millisecond, Runs: -1, Only: []string{"nonsense"}}
	err := bad.Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, word := range []string{"binary", "Redis", "prefix", "events", "partitions", "members", "locks", "clients", "for is", "runs", "nonsense"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is missing in %v", word, err)
		}
	}
	good := OrdersConfig{Binary: "x", Redis: "r", Prefix: "p", Only: OrdersRowNames()}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}

func newListener() *listener {
	return &listener{named: map[change]struct{}{}, risen: map[string]struct{}{}, published: hdrhistogram.New(1, probeMaxMS, 3)}
}

func TestOneNameForTwoChangesIsSeen(t *testing.T) {
	t.Parallel()
	l := newListener()
	say := func(epoch, version int64) {
		l.hear(schemas.AppendLevelJSON(nil, &schemas.LevelChanged{MemberID: "M1", From: "bronze", To: "silver", Cause: schemas.CauseOrders, Epoch: epoch, Version: version, At: schemas.MinTS}))
	}
	say(1, 1)
	say(1, 2)
	say(2, 1)
	if l.failed != nil || l.count() != 3 || l.twice() != 0 {
		t.Fatalf("%d heard, %d twice, %v", l.count(), l.twice(), l.failed)
	}
	say(1, 2)
	if l.twice() != 1 {
		t.Errorf("%d twice", l.twice())
	}
	l.hear([]byte("{"))
	if l.failed == nil {
		t.Error("what is no change was heard as one")
	}
}

func TestAChangeIsTimedFromItsOrder(t *testing.T) {
	t.Parallel()
	l := newListener()
	now := time.Now()
	ids, err := schemas.NewOrderIDs(0, func() int64 { return now.Add(-time.Minute).UnixMilli() })
	if err != nil {
		t.Fatal(err)
	}
	counted := ids.Next(1)
	if ids, err = schemas.NewOrderIDs(0, func() int64 { return now.Add(-time.Hour).UnixMilli() }); err != nil {
		t.Fatal(err)
	}
	early := ids.Next(1)
	l.span(now.Add(-2*time.Minute), 2*time.Minute)
	for version, id := range []int64{counted, counted, early, 0} { // the second is a refund, the last no order's
		c := schemas.LevelChanged{MemberID: "M1", From: "a", To: "b", Cause: schemas.CauseOrders, Epoch: 1, Version: int64(version + 1), At: schemas.MinTS}
		if id > 0 {
			c.OrderID = strconv.FormatInt(id, 10)
		}
		l.hear(schemas.AppendLevelJSON(nil, &c))
	}
	if l.failed != nil || l.published.TotalCount() != 1 {
		t.Fatalf("%d are timed, %v", l.published.TotalCount(), l.failed)
	}
	if ms := l.published.Max(); ms < 59_000 || ms > 120_000 {
		t.Errorf("it took %d ms", ms)
	}
}

// A store that is being made again may refuse to answer; a wrong answer is another matter.
func TestReadingTellsRefusedFromWrong(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	answer := func(w http.ResponseWriter, text string) {
		if _, err := w.Write([]byte(text)); err != nil {
			t.Error(err)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch asked.Add(1) {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			answer(w, `{"month":{"orders":3}}`)
		default:
			answer(w, `{"memberId":"`+strings.TrimPrefix(r.URL.Path, "/v1/members/")+`","month":{"orders":7}}`)
		}
	}))
	defer server.Close()
	r := &reading{http: server.Client(), url: server.URL, members: []crowd.Member{{ID: "M1", Orders: 7}, {ID: "M2", Orders: 7}}}
	if err := r.until(t.Context(), time.Minute); err != nil || r.refused != 1 || r.wrong != 1 || r.right != 2 {
		t.Errorf("%d right, %d wrong, %d refused, %v", r.right, r.wrong, r.refused, err)
	}
	r.members[0].Orders = 8
	if err := r.until(t.Context(), 2*readPause); err == nil || !strings.Contains(err.Error(), "7 orders, not 8") {
		t.Error(err)
	}
	if err := (&reading{}).until(context.Background(), time.Minute); err == nil {
		t.Error("nobody was read")
	}
}

func TestTheTableOfOrdersSaysWhatWasMeasured(t *testing.T) {
	t.Parallel()
	r := Report{
		Machine: Machine{Cores: 2, Memory: 24, CPU: "Some CPU", Go: "go1.26", System: "linux/amd64", Kafka: "4.1", Redis: "7.0.15"},
		Config:  Setting{Events: 1_000_000, Members: 50_000, Partitions: 8, Runs: 1, For: 20 * time.Second},
		Lines:   []Line{beside("levels", "rate", []float64{240_000}, []float64{4_000}, unitRate, "a lock each, one by one", barOneLock)},
	}
	var got strings.Builder
	if err := r.Print(&got); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Kafka 4.1, Redis 7.0.15", "1,000,000 order events of 50,000 members", "4.0 k/s a lock each, one by one", "60.00", ">= 40.00", "passed"} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("%q is missing in\n%s", want, got.String())
		}
	}
}
