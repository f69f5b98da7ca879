package elastic

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

func TestSetupOnElasticsearch(t *testing.T) {
	cfg := onReal(t)
	templates, err := schemas.Templates(cfg.IndexPrefix, schemas.TemplateOptions{Shards: 1, Refresh: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSetup(cfg, templates)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Check(t.Context()); err == nil || strings.Count(err.Error(), "missing") != 4 {
		t.Errorf("before: %v, want four things missing", err)
	}
	done := func() (words []string) {
		changes, err := s.Apply(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			words = append(words, c.Done)
		}
		return words
	}
	if got := fmt.Sprint(done()); got != "[created created created created]" {
		t.Errorf("first: %s", got)
	}
	if got := fmt.Sprint(done()); got != "[unchanged unchanged unchanged unchanged]" {
		t.Errorf("again: %s", got)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("after: %v", err)
	}
	if s.templates, err = schemas.Templates(cfg.IndexPrefix, schemas.TemplateOptions{Shards: 1, Refresh: 2 * time.Second}); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err == nil || strings.Count(err.Error(), "another version") != 3 {
		t.Errorf("with other templates: %v", err)
	}
	if got := fmt.Sprint(done()); got != "[updated updated updated unchanged]" {
		t.Errorf("with other templates: %s", got)
	}
}

func TestRetainOnElasticsearch(t *testing.T) {
	cfg := onReal(t)
	setup := prepare(t, cfg, schemas.TemplateOptions{Shards: 1, Refresh: time.Second})
	sink, reader := newSink(t, cfg), newReader(t, cfg)
	now := time.Date(2026, 9, 21, 0, 30, 0, 0, time.UTC)
	var writes []pipelines.Write
	for day := range 5 {
		ts := now.AddDate(0, 0, -day).UnixMilli()
		writes = append(writes, pipelines.Write{Target: schemas.PingIndex(ts), Key: []byte("a"), Body: fmt.Appendf(nil, `{"driverId":"a","ts":%d}`, ts)})
	}
	results := make([]pipelines.Result, len(writes))
	if err := sink.Write(t.Context(), writes, results); err != nil || results[0].Verdict != pipelines.Stored {
		t.Fatal(err, results)
	}
	got, err := setup.Retain(t.Context(), "pings-", 2, now)
	if err != nil || !got.ByILM && fmt.Sprint(got.Dropped) != "[pings-2026.09.17 pings-2026.09.18]" {
		t.Errorf("dropped %+v, %v", got, err)
	}
	if err := reader.Refresh(t.Context(), "pings-*"); err != nil {
		t.Fatal(err)
	}
	if n, err := reader.Count(t.Context(), "pings"); err != nil || !got.ByILM && n != 3 {
		t.Errorf("%d pings are left, %v", n, err)
	}
	for _, family := range []string{"", "*", "pings", "p*-", "_all-"} {
		if _, err := setup.Retain(t.Context(), family, 2, now); err == nil {
			t.Errorf("family %q is accepted", family)
		}
	}
}
