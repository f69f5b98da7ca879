package telemetry

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Build says which binary runs.
type Build struct {
	Version  string // module version or "devel"
	Revision string // commit, "" when unknown
	Go       string // toolchain
}

// NewRegistry holds the process's metrics: build_info, the Go runtime's, the process's,
// and whatever is registered later.
func NewRegistry(build Build) (*prometheus.Registry, error) {
	reg := prometheus.NewRegistry()
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "sluice_build_info", Help: "1, labelled with the binary that runs.",
		ConstLabels: prometheus.Labels{"version": build.Version, "revision": build.Revision, "go": build.Go},
	})
	info.Set(1)
	for _, c := range []prometheus.Collector{
		info, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := reg.Register(c); err != nil {
			return nil, fmt.Errorf("registering process metrics: %w", err)
		}
	}
	return reg, nil
}

// startedName is the metric by which whoever scrapes knows one process from the next at its address.
const startedName = "process_start_time_seconds"

// Started is when the process began, s since 1970 UTC, exactly as a scrape of reg shows it; 0 when the system does not
// tell.
func Started(reg prometheus.Gatherer) float64 {
	families, _ := reg.Gather() // what there is in spite of an error is as good
	for _, f := range families {
		if f.GetName() == startedName && len(f.GetMetric()) > 0 {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	return 0
}

// Handler serves /metrics; a scrape that fails in part answers 500.
func Handler(reg *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(reg, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}
