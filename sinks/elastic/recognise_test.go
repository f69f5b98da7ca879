package elastic

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"sluice/schemas"
)

// stranger is a server that takes all that it is given, with a status; it says that it is Elasticsearch when told to.
type stranger struct {
	status atomic.Int64
	says   atomic.Bool
}

func (s *stranger) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if s.says.Load() {
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
	}
	w.WriteHeader(int(s.status.Load()))
	_, _ = io.WriteString(w, `{"errors":false,"items":[{"create":{"status":201}}],"count":7}`) // a client that has gone fails the test by itself
}

// meet starts a stranger that answers 200 and does not say who it is.
func meet(t *testing.T) (*stranger, Config) {
	t.Helper()
	s := &stranger{}
	s.status.Store(http.StatusOK)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, Config{URLs: []string{server.URL}}
}

func TestWhatDoesNotSayThatItIsElasticsearchStoresNothing(t *testing.T) {
	server, cfg := meet(t)
	s := newSink(t, cfg)
	if got, err := tally(t, s, 1); !errors.Is(err, errNoElasticsearch) || got["unsettled "] != 1 {
		t.Fatalf("%v, %v, want nothing settled", got, err)
	}
	server.says.Store(true)
	if got, err := tally(t, s, 1); err != nil || got["stored "] != 1 {
		t.Fatalf("when it says so: %v, %v", got, err)
	}
	server.says.Store(false)
	if got, err := tally(t, s, 1); err != nil || got["stored "] != 1 {
		t.Errorf("having said so once: %v, %v", got, err)
	}
}

// A proxy in front speaks for a server that is away, and does not name it.
func TestARefusalNeedNotSayWhoItIsFrom(t *testing.T) {
	server, cfg := meet(t)
	server.status.Store(http.StatusServiceUnavailable)
	s := newSink(t, cfg)
	if got, err := tally(t, s, 1); err != nil || got["retry unavailable"] != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	server.status.Store(http.StatusOK)
	if got, err := tally(t, s, 1); !errors.Is(err, errNoElasticsearch) || got["unsettled "] != 1 {
		t.Errorf("a refusal has made it known: %v, %v", got, err)
	}
}

func TestWhatDoesNotSayThatItIsElasticsearchIsNotReadFrom(t *testing.T) {
	server, cfg := meet(t)
	r := newReader(t, cfg)
	if n, err := r.Count(t.Context(), "positions"); !errors.Is(err, errNoElasticsearch) || !errors.Is(err, schemas.ErrUnavailable) {
		t.Fatalf("%d, %v", n, err)
	}
	server.says.Store(true)
	if n, err := r.Count(t.Context(), "positions"); err != nil || n != 7 {
		t.Errorf("%d, %v", n, err)
	}
}

// A name that makes no address is a mistake of ours, which no waiting heals.
func TestARequestThatCannotBeSentIsNoOutage(t *testing.T) {
	_, cfg := meet(t)
	if _, err := newReader(t, cfg).Count(t.Context(), "a%zz"); err == nil || errors.Is(err, schemas.ErrUnavailable) {
		t.Errorf("%v", err)
	}
}
