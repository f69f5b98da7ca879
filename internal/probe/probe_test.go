package probe

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
)

// later is a store whose searches see a write after some time, or fail.
type later struct {
	at  time.Time
	err error
}

func (l *later) Sees(context.Context, pipelines.Write) (bool, error) {
	return !time.Now().Before(l.at), l.err
}

// found keeps what a prober reports.
type found struct {
	took []time.Duration
	errs []error
}

func (f *found) Searchable(took time.Duration) { f.took = append(f.took, took) }
func (f *found) Unseen(err error)              { f.errs = append(f.errs, err) }

func start(t *testing.T, cfg Config, store Searcher) (*Prober, *found, func()) {
	t.Helper()
	obs := &found{}
	p, err := New(cfg, store, obs)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	return p, obs, func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func write() pipelines.Write {
	return pipelines.Write{Target: "positions", Key: []byte("a"), Version: 5, Time: time.Now().UnixMilli()}
}

func TestMeasuresFromTheEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &later{at: time.Now().Add(time.Second)}
		p, obs, stop := start(t, Config{Interval: time.Minute, Poll: 100 * time.Millisecond}, store)
		p.Offer(pipelines.Write{}) // no write was stored
		p.Offer(write())
		p.Offer(write()) // too soon for another
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(obs.took) != 1 || obs.took[0] != time.Second {
			t.Errorf("took %v, want one second once", obs.took)
		}
		p.Offer(write())
		synctest.Wait()
		if len(obs.took) != 2 || obs.took[1] != 0 {
			t.Errorf("took %v, want the second at once", obs.took)
		}
		stop()
		if len(obs.errs) > 0 {
			t.Error(obs.errs)
		}
	})
}

// keeper remembers what it was asked about.
type keeper struct{ asked pipelines.Write }

func (k *keeper) Sees(_ context.Context, w pipelines.Write) (bool, error) {
	k.asked = w
	return true, nil
}

// A document that is merged is found when the one in the store says all that the write said: the body is asked about as
// well, and what the caller does with its own afterwards does not matter.
func TestAsksAboutTheWholeWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &keeper{}
		p, _, stop := start(t, Config{}, store)
		w, want := write(), write()
		w.Body, want.Body = []byte("body"), []byte("body")
		p.Offer(w)
		copy(w.Body, "gone")
		copy(w.Key, "z")
		synctest.Wait()
		if !reflect.DeepEqual(store.asked, want) {
			t.Errorf("asked about %+v, want %+v", store.asked, want)
		}
		stop()
	})
}

func TestGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &later{at: time.Now().Add(time.Hour)}
		p, obs, stop := start(t, Config{Interval: time.Second, GiveUp: 20 * time.Second}, store)
		p.Offer(write())
		time.Sleep(21 * time.Second)
		synctest.Wait()
		store.err = errors.New("away")
		p.Offer(write())
		synctest.Wait()
		if len(obs.errs) != 2 || !errors.Is(obs.errs[0], ErrNeverSearchable) || !errors.Is(obs.errs[1], store.err) {
			t.Errorf("reported %v", obs.errs)
		}
		store.err = nil
		time.Sleep(time.Second)
		synctest.Wait()
		p.Offer(write())
		synctest.Wait()
		stop() // an end says nothing about the store
		if len(obs.errs) != 2 || len(obs.took) > 0 {
			t.Errorf("reported %v and %v", obs.errs, obs.took)
		}
	})
}

func TestNeedsAStore(t *testing.T) {
	if _, err := New(Config{}, nil, &found{}); err == nil {
		t.Error("made without a store")
	}
	if _, err := New(Config{Poll: -1}, &later{}, &found{}); err == nil {
		t.Error("made with a negative time")
	}
}
