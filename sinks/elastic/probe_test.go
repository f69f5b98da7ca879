package elastic

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/sinks/sinkstest"
)

// found hands on what a prober reports.
type found struct {
	took chan time.Duration
	errs chan error
}

func (f found) Searchable(_ string, took time.Duration) { f.took <- took }
func (f found) NotSearchable(_ string, err error)       { f.errs <- err }

func newFound() found { return found{make(chan time.Duration, 9), make(chan error, 9)} }

// startProber runs a prober until the test ends.
func startProber(t *testing.T, cfg Config, probe ProbeConfig, obs ProbeObserver) *Prober {
	t.Helper()
	p, err := NewProber(cfg, probe, obs)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		p.Close()
	})
	return p
}

func TestProbeOnElasticsearch(t *testing.T) {
	cfg := onReal(t)
	prepare(t, cfg, schemas.TemplateOptions{Shards: 1, Refresh: time.Hour})
	sink, reader, obs := newSink(t, cfg), newReader(t, cfg), newFound()
	p := startProber(t, cfg, ProbeConfig{Interval: time.Minute, Poll: time.Millisecond}, obs)
	w := pipelines.Write{Target: schemas.PositionsIndex, Key: []byte("a"), Version: 5, Time: time.Now().Add(-time.Second).UnixMilli(), Body: []byte(`{"driverId":"a"}`)}
	if err := sink.Write(t.Context(), []pipelines.Write{w}, make([]pipelines.Result, 1)); err != nil {
		t.Fatal(err)
	}
	p.Offer(w)
	p.Offer(w) // too soon for another
	if driver, err := reader.Driver(t.Context(), "a"); err != nil || driver.DriverID != "a" {
		t.Fatalf("a get sees it at once: %v", err)
	}
	select {
	case took := <-obs.took:
		t.Fatalf("searchable after %s without a refresh", took)
	default:
	}
	if err := reader.Refresh(t.Context(), schemas.PositionsIndex); err != nil {
		t.Fatal(err)
	}
	if took := <-obs.took; took < time.Second || took > time.Minute {
		t.Errorf("searchable after %s", took)
	}
}

func TestProbeGivesUp(t *testing.T) {
	server, obs := sinkstest.NewScripted(t), newFound()
	server.Answer("POST /a/_search", sinkstest.Answer{Status: http.StatusOK, Body: `{"hits":{"hits":[{"_version":4}]}}`})
	p := startProber(t, Config{URLs: []string{server.URL()}}, ProbeConfig{Interval: 1, Poll: time.Millisecond, GiveUp: 20 * time.Millisecond}, obs)
	p.Offer(pipelines.Write{}) // no write was stored
	p.Offer(pipelines.Write{Target: "a", Key: []byte("k"), Version: 5})
	if err := <-obs.errs; !errors.Is(err, errNeverSearchable) {
		t.Errorf("an older version counts as seen: %v", err)
	}
	p.Offer(pipelines.Write{Target: "b", Key: []byte("k"), Version: 5})
	if err := <-obs.errs; !errors.Is(err, schemas.ErrUnavailable) {
		t.Errorf("a missing index: %v", err)
	}
	p.Offer(pipelines.Write{Target: "a", Key: []byte("k"), Version: 4})
	<-obs.took
}
