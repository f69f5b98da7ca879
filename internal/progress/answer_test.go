package progress

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/apikeys"
	"sluice/internal/httpserver"
)

// fakeKafka settles 100 and produces 50 records per second in each of two partitions.
type fakeKafka struct {
	began time.Time
	asked atomic.Int64
	took  time.Duration
	away  atomic.Bool
	last  atomic.Int64 // offset that Written was asked about
}

func (k *fakeKafka) Offsets(ctx context.Context, _ Source) ([]Offsets, error) {
	k.asked.Add(1)
	select {
	case <-time.After(k.took):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if k.away.Load() {
		return nil, errors.New("no broker")
	}
	s := int64(time.Since(k.began) / time.Second)
	return []Offsets{{Partition: 0, Committed: 100 * s, End: 100_000 + 50*s}, {Partition: 1, Committed: 100 * s, End: 100_000 + 50*s}}, nil
}

func (k *fakeKafka) Written(_ context.Context, _ Source, _ int32, offset int64) (time.Time, error) {
	k.last.Store(offset)
	return time.Now().Add(-time.Minute), nil
}

// What waits to be published is in the answer; a store that does not tell is named, and nothing else is missing.
func TestAnswerSaysWhatWaitsToBePublished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var away atomic.Bool
		p, h := newProgress(t, &fakeKafka{began: time.Now()}, func(_ *Config, deps *Deps) {
			deps.Relay = func(context.Context) (Relay, error) {
				if away.Load() {
					return Relay{}, errors.New("no store")
				}
				return Relay{WaitingBuckets: 2, OldestMS: 70}, nil
			}
		})
		answer, err := p.answer(t.Context())
		if err != nil || answer.Relay == nil || *answer.Relay != (Relay{WaitingBuckets: 2, OldestMS: 70}) || len(answer.Unreachable) != 0 {
			t.Errorf("%+v %v", answer, err)
		}
		away.Store(true)
		time.Sleep(time.Minute)
		answer, err = p.answer(t.Context())
		if err != nil || answer.Relay != nil || !reflect.DeepEqual(answer.Unreachable, []string{"levels"}) || len(answer.Pipelines[0].Partitions) != 2 {
			t.Errorf("%+v %v", answer, err)
		}
		if !reflect.DeepEqual(h.who, []string{"levels"}) {
			t.Errorf("told %v", h.who)
		}
	})
}

// heard keeps who did not answer.
type heard struct {
	mu  sync.Mutex
	who []string
}

func (h *heard) Unanswered(who string, _ error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.who = append(h.who, who)
}

func keys(t *testing.T) *apikeys.Keys {
	t.Helper()
	k, err := apikeys.New(apikeys.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func live() []Source { return []Source{{Pipeline: "live", Group: "g-live", Topic: "t.pings"}} }

func newProgress(t *testing.T, k Kafka, change func(*Config, *Deps)) (*Progress, *heard) {
	t.Helper()
	h := &heard{}
	cfg, deps := Config{Pipelines: live()}, Deps{Kafka: k, Keys: keys(t), Observer: h}
	if change != nil {
		change(&cfg, &deps)
	}
	p, err := New(cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	return p, h
}

func get(t *testing.T, routes []httpserver.Route) Answer {
	t.Helper()
	w := httptest.NewRecorder()
	httpserver.Mux(routes...).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	var a Answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != http.StatusOK {
		t.Fatal(w.Code, w.Body, err)
	}
	return a
}

func TestRatesComeFromKafkaWhileNobodyAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &fakeKafka{began: time.Now()}
		p, _ := newProgress(t, k, nil)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go func() { _ = p.Run(ctx) }()
		time.Sleep(31 * time.Second)
		a := get(t, p.Routes())
		l := a.Pipelines[0]
		if *l.RatePerSecond < 190 || *l.RatePerSecond > 210 || *l.ProducedPerSecond < 95 || *l.ProducedPerSecond > 105 {
			t.Errorf("rates are %g and %g", *l.RatePerSecond, *l.ProducedPerSecond)
		}
		if want := int64(2 * (100_000 - 50*31)); *l.Lag != want {
			t.Errorf("lag %d, not %d", *l.Lag, want)
		}
		if drain := *l.TimeToDrainMS / 1000; drain < 1900 || drain > 2100 {
			t.Errorf("drained in %d s", drain)
		}
		if *l.OldestUnsettledMS != 60_000 || k.last.Load() != 3100 {
			t.Errorf("oldest is %d ms old, asked about offset %d", *l.OldestUnsettledMS, k.last.Load())
		}
		if l.State != stateFlowing || l.Group != "g-live" || l.Topic != "t.pings" || len(l.Partitions) != 2 {
			t.Errorf("%+v", l)
		}
	})
}

func TestOneLookForAllWhoAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &fakeKafka{began: time.Now(), took: time.Second}
		p, _ := newProgress(t, k, nil)
		var asking sync.WaitGroup
		for range 50 {
			asking.Go(func() { get(t, p.Routes()) })
		}
		asking.Wait()
		time.Sleep(time.Second)
		get(t, p.Routes())
		if n := k.asked.Load(); n != 1 {
			t.Errorf("Kafka was asked %d times", n)
		}
		time.Sleep(2 * time.Second)
		get(t, p.Routes())
		if n := k.asked.Load(); n != 2 {
			t.Errorf("later, Kafka was asked %d times in all", n)
		}
	})
}

func TestWhoLeavesDoesNotEndTheLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := newProgress(t, &fakeKafka{began: time.Now(), took: time.Second}, nil)
		ctx, leave := context.WithCancel(t.Context())
		go func() { _, _ = p.answer(ctx) }()
		synctest.Wait()
		leave()
		if a := get(t, p.Routes()); len(a.Unreachable) > 0 || a.Pipelines[0].Lag == nil {
			t.Errorf("%+v", a)
		}
	})
}

func TestKafkaThatHangsIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &fakeKafka{began: time.Now(), took: time.Hour}
		lag := int64(5)
		p, h := newProgress(t, k, func(_ *Config, d *Deps) {
			d.Local = func() []Pipeline {
				return []Pipeline{{Pipeline: "live", Consumed: 3, Partitions: []Partition{{Partition: 1, State: "refused", Lag: &lag}, {Partition: 0, State: "flowing", Lag: &lag}}}}
			}
		})
		began := time.Now()
		a := get(t, p.Routes())
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("took %s", took)
		}
		if l := a.Pipelines[0]; !reflect.DeepEqual(a.Unreachable, []string{"kafka"}) || *l.Lag != 10 || l.State != "refused" || l.RatePerSecond != nil || l.Partitions[0].Partition != 0 {
			t.Errorf("%+v", a)
		}
		if len(h.who) != 1 {
			t.Errorf("heard of %q", h.who)
		}
	})
}

func TestAPartitionThatNobodyMovesIsStalled(t *testing.T) {
	past := NewHistory(time.Minute)
	past.Add(*one(0, Offsets{Committed: 3, End: 9}))
	for s, want := range map[float64]string{1: stateUnknown, 10: stateStalled} {
		sample := *one(s, Offsets{Committed: 3, End: 9})
		past.Add(sample)
		v := view{samples: []Sample{sample}}
		if a := v.merge(live(), map[string]*History{"live": past}); a.Pipelines[0].State != want {
			t.Errorf("after %g s it is %s, not %s", s, a.Pipelines[0].State, want)
		}
	}
}
