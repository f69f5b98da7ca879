package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sluice/internal/drill/script"
)

// An order that was completed now is waited for until it counts for its member, who is none of the load's.
func TestAProbeIsAnOrderThatCounts(t *testing.T) {
	var posted atomic.Pointer[string]
	var asked, busy atomic.Int32
	busy.Store(1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		member, counts := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/v1/members/"), "/counts")
		switch {
		case r.URL.Path == "/v1/orders" && busy.Add(-1) >= 0:
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.URL.Path == "/v1/orders":
			body, _ := io.ReadAll(r.Body) // what is cut off is seen by its content
			text := string(body)
			posted.Store(&text)
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, `{"accepted":1,"rejected":0,"errors":[]}`)
		case posted.Load() == nil || !strings.Contains(*posted.Load(), fmt.Sprintf(`"memberId":%q`, member)):
			w.WriteHeader(http.StatusNotFound)
		case counts && asked.Add(1) > 1:
			_, _ = io.WriteString(w, `{"days":[{"date":"2026-11-22","orders":1}]}`)
		default:
			_, _ = io.WriteString(w, `{}`)
		}
	}))
	defer server.Close()
	d := script.Usual()
	d.Load.Orders.Members = 3
	prober := drillProberOf(&d, server.URL, server.URL)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := prober.Refused(ctx, "sim-a-"); err != nil {
		t.Fatal(err)
	}
	if err := prober.Probe(ctx, "sim-a-"); err != nil {
		t.Fatal(err)
	}
	if said := *posted.Load(); asked.Load() != 2 || !regexp.MustCompile(`^\{"orderId":"[0-9]{15,19}","memberId":"probe-sim-a-.+","type":"completed","at":[0-9]{13}\}\n$`).MatchString(said) {
		t.Errorf("asked %d times, posted %q", asked.Load(), said)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	asked.Store(-1000)
	if err := prober.Probe(ctx, "sim-a-"); err == nil {
		t.Error("it never counts, and was found")
	}
}

func TestALoadOfOrdersHasSomebodyWhoPublishes(t *testing.T) {
	d := script.Usual()
	for _, want := range []int{0, 1, 2} {
		if got := drillJobs(&d); got != want {
			t.Errorf("%d processes, want %d: %+v", got, want, d.Run)
		}
		d.Load.Orders.Members = 5
		if want == 1 {
			d.Run.Jobs = 2
		}
	}
	if names := slices.Sorted(slices.Values(drillReads(&d.Load)["order.events"])); !slices.Equal(names, []string{"order-index", "order-levels"}) {
		t.Errorf("orders are read by %q", names)
	}
}
