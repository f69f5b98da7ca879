package elastic

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/sinks/sinkstest"
)

func TestSeesOnElasticsearch(t *testing.T) {
	cfg := onReal(t)
	prepare(t, cfg, schemas.TemplateOptions{Shards: 1, Refresh: time.Hour})
	sink, reader := newSink(t, cfg), newReader(t, cfg)
	w := pipelines.Write{Target: schemas.PositionsIndex, Key: []byte("a"), Version: 5, Body: []byte(`{"driverId":"a"}`)}
	if err := sink.Write(t.Context(), []pipelines.Write{w}, make([]pipelines.Result, 1)); err != nil {
		t.Fatal(err)
	}
	if driver, err := reader.Driver(t.Context(), "a"); err != nil || driver.DriverID != "a" {
		t.Fatalf("a get sees it at once: %v", err)
	}
	if seen, err := reader.Sees(t.Context(), w); seen || err != nil {
		t.Fatalf("seen %t without a refresh, %v", seen, err)
	}
	if err := reader.Refresh(t.Context(), schemas.PositionsIndex); err != nil {
		t.Fatal(err)
	}
	if seen, err := reader.Sees(t.Context(), w); !seen || err != nil {
		t.Errorf("seen %t after a refresh, %v", seen, err)
	}
}

func TestSeesThisVersionOrANewerOne(t *testing.T) {
	server := sinkstest.NewScripted(t)
	server.Answer("POST /a/_search", sinkstest.Answer{Status: http.StatusOK, Body: `{"hits":{"hits":[{"_version":4}]}}`})
	reader := newReader(t, Config{URLs: []string{server.URL()}})
	for version, want := range map[int64]bool{3: true, 4: true, 5: false} {
		seen, err := reader.Sees(t.Context(), pipelines.Write{Target: "a", Key: []byte("k"), Version: version})
		if seen != want || err != nil {
			t.Errorf("version %d of 4: seen %t, %v", version, seen, err)
		}
	}
	if _, err := reader.Sees(t.Context(), pipelines.Write{Target: "b", Key: []byte("k")}); !errors.Is(err, schemas.ErrUnavailable) {
		t.Errorf("a missing index: %v", err)
	}
}
