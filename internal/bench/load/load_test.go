package load_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sluice/internal/bench/load"
	"sluice/internal/bench/nullbulk"
)

func TestEveryBodyIsSentOnce(t *testing.T) {
	t.Parallel()
	null := nullbulk.New(nullbulk.Config{})
	server := httptest.NewServer(null)
	defer server.Close()
	bodies := make([]nullbulk.Body, 40)
	for i := range bodies {
		bodies[i] = nullbulk.Body{Items: 3, Bytes: []byte(strings.Repeat("{\"create\":{}}\n{}\n", 3))}
	}
	got, err := load.Run(t.Context(), load.Config{URL: server.URL, Bodies: bodies, InFlight: 4, For: time.Minute})
	if err != nil || got.Items != 120 || got.Rejected != 0 || got.Took <= 0 {
		t.Fatalf("%+v %v", got, err)
	}
}

func TestRejectedItemsAreCountedAndConflictsAreNot(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, err := w.Write([]byte(`{"errors":true,"items":[{"create":{"status":409}},{"create":{"status":429}},{"create":{"status":201}}]}`)); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	got, err := load.Run(t.Context(), load.Config{URL: server.URL, Bodies: []nullbulk.Body{{Items: 3}}, InFlight: 1, For: time.Minute})
	if err != nil || got.Rejected != 1 {
		t.Fatalf("%+v %v", got, err)
	}
}
