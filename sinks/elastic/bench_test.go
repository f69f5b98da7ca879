package elastic

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

// batchOf makes n writes of plausible pings.
func batchOf(n int, seed uint64, write func(p *schemas.Ping) pipelines.Write) []pipelines.Write {
	rng := rand.New(rand.NewPCG(seed, 7))
	writes := make([]pipelines.Write, n)
	for i := range writes {
		p := schemas.Ping{
			DriverID: fmt.Appendf(nil, "D%07d", rng.IntN(100_000)), TS: time.Now().UnixMilli(), Lat: 31.2 + rng.NormFloat64()*0.1,
			Lon: 121.4 + rng.NormFloat64()*0.1, Speed: 8.3, Heading: 120, Accuracy: 5, Status: schemas.StatusIdle + schemas.Status(rng.IntN(2)),
			Vehicle: []byte("van"), City: []byte("shanghai"), Seq: int64(seed)<<20 + int64(i),
		}
		writes[i] = write(&p)
	}
	return writes
}

func asHistory(p *schemas.Ping) pipelines.Write {
	return pipelines.Write{Target: schemas.PingIndex(p.TS), Key: schemas.PingID(nil, p), Time: p.TS, Body: schemas.AppendPosition(nil, p, p.TS, 0)}
}

func asLive(p *schemas.Ping) pipelines.Write {
	return pipelines.Write{Target: schemas.PositionsIndex, Key: p.DriverID, Version: p.TS, Time: p.TS, Body: schemas.AppendPosition(nil, p, p.TS, 0)}
}

// cpuTime is the processor time of this process so far: the machine may have other work.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// perDoc reports the processor time per document since start.
func perDoc(b *testing.B, start time.Duration, docs int) {
	b.Helper()
	b.ReportMetric(float64((cpuTime()-start).Nanoseconds())/float64(b.N*docs), "cpu-ns/doc")
}

// nullServer accepts every item at once; its own cost is in the figures.
func nullServer(b *testing.B, items int) *httptest.Server {
	answer := []byte(`{"errors":false,"items":[` + strings.TrimSuffix(strings.Repeat(created+",", items), ",") + `]}`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		if _, err := io.Copy(w, bytes.NewReader(answer)); err != nil {
			return
		}
	}))
	b.Cleanup(server.Close)
	return server
}

// BenchmarkWrite is a batch of 4,000 to a server that does nothing; ns/doc counts both ends.
func BenchmarkWrite(b *testing.B) {
	const docs = 4000
	s := newSink(b, Config{URLs: []string{nullServer(b, docs).URL}})
	writes, results := batchOf(docs, 1, asHistory), make([]pipelines.Result, docs)
	b.ReportAllocs()
	cpu := cpuTime()
	for b.Loop() {
		if err := s.Write(b.Context(), writes, results); err != nil {
			b.Fatal(err)
		}
	}
	perDoc(b, cpu, docs)
}

// BenchmarkBody and BenchmarkReply are this package's own share of it.
func BenchmarkBody(b *testing.B) {
	s := newSink(b, Config{URLs: []string{"http://127.0.0.1:1"}})
	writes := batchOf(4000, 1, asHistory)
	var body []byte
	b.ReportAllocs()
	cpu := cpuTime()
	for b.Loop() {
		body = body[:0]
		for i := range writes {
			if s.unfit(&writes[i]) != "" {
				b.Fatal("unfit")
			}
			body = s.appendWrite(body, &writes[i], nil)
		}
	}
	perDoc(b, cpu, len(writes))
}

func BenchmarkReply(b *testing.B) {
	conflict := replies()[2][len(`{"errors":true,"items":[`) : len(replies()[2])-2]
	for name, one := range map[string]string{"stored": created, "conflicts": conflict} {
		b.Run(name, func(b *testing.B) {
			body := []byte(`{"errors":false,"items":[` + strings.TrimSuffix(strings.Repeat(one+",", 4000), ",") + `]}`)
			var items []item
			b.ReportAllocs()
			cpu := cpuTime()
			for b.Loop() {
				var err error
				if items, err = parseReply(body, items[:0]); err != nil || len(items) != 4000 {
					b.Fatal(err)
				}
			}
			perDoc(b, cpu, 4000)
		})
	}
}

// BenchmarkElasticsearch is documents per second into the real server, by the cap of
// requests in flight, for both targets.
func BenchmarkElasticsearch(b *testing.B) {
	for name, write := range map[string]func(*schemas.Ping) pipelines.Write{"history": asHistory, "live": asLive} {
		for _, most := range []int{1, 2, 4, 8} {
			b.Run(fmt.Sprintf("%s/inflight-%d", name, most), func(b *testing.B) {
				cfg := onReal(b)
				cfg.MaxInFlight = most
				prepare(b, cfg, schemas.TemplateOptions{Shards: 1, Refresh: time.Second})
				s := newSink(b, cfg)
				rate := pour(b, s, most, write, 8*time.Second)
				b.ReportMetric(rate, "docs/s")
				b.ReportMetric(float64(s.inflight.allowed()), "limit")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// pour writes batches from twice as many lanes as requests for a while, and returns docs/s.
func pour(b *testing.B, s *Sink, most int, write func(*schemas.Ping) pipelines.Write, d time.Duration) float64 {
	b.Helper()
	const docs = 5000
	var lanes sync.WaitGroup
	var seed, done atomic.Uint64
	start := time.Now()
	for range 2 * most {
		lanes.Go(func() {
			for time.Since(start) < d {
				writes, results := batchOf(docs, seed.Add(1), write), make([]pipelines.Result, docs)
				if err := s.Write(b.Context(), writes, results); err != nil {
					b.Error(err)
					return
				}
				for i := range results {
					if results[i].Verdict.Final() {
						done.Add(1)
					}
				}
			}
		})
	}
	lanes.Wait()
	return float64(done.Load()) / time.Since(start).Seconds()
}

// BenchmarkNearby asks for the 20 nearest idle of 100,000 drivers in one city while
// positions flow in; the flow is docs/s.
func BenchmarkNearby(b *testing.B) {
	for _, flow := range []int{0, 40_000, 80_000} {
		for _, radius := range []float64{1000, 3000, 20_000} {
			b.Run(fmt.Sprintf("flow-%d/radius-%.0f", flow, radius), func(b *testing.B) { nearbyUnderFlow(b, flow, radius) })
		}
	}
}

func nearbyUnderFlow(b *testing.B, flow int, radius float64) {
	cfg := onReal(b)
	prepare(b, cfg, schemas.TemplateOptions{Shards: 1, Refresh: time.Second})
	s, r := newSink(b, cfg), newReader(b, cfg)
	pour(b, s, 4, asLive, 4*time.Second)
	if err := r.Refresh(b.Context(), schemas.PositionsIndex); err != nil {
		b.Fatal(err)
	}
	stop := make(chan struct{})
	var writer sync.WaitGroup
	defer func() { close(stop); writer.Wait() }()
	if flow > 0 {
		writer.Go(func() { drip(b, s, flow, stop) })
	}
	rng := rand.New(rand.NewPCG(8, 9))
	var took []time.Duration
	hits := 0
	for began := time.Now(); time.Since(began) < 6*time.Second; {
		q := schemas.NearbyQuery{
			Lat: 31.2 + rng.NormFloat64()*0.1, Lon: 121.4 + rng.NormFloat64()*0.1, Radius: radius, Limit: 20,
			MaxAge: time.Minute, Now: time.Now(), Status: "idle",
		}
		start := time.Now()
		near, err := r.Nearby(b.Context(), q)
		if err != nil {
			b.Fatal(err)
		}
		hits += len(near)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(len(took)), "queries")
	b.ReportMetric(float64(hits)/float64(len(took)), "hits")
	b.ReportMetric(0, "ns/op")
}

// drip writes positions at a steady rate until stop closes.
func drip(b *testing.B, s *Sink, perSecond int, stop <-chan struct{}) {
	const docs = 2000
	tick := time.NewTicker(time.Duration(docs) * time.Second / time.Duration(perSecond))
	defer tick.Stop()
	for seed := uint64(1000); ; seed++ {
		select {
		case <-stop:
			return
		case <-tick.C:
			if err := s.Write(b.Context(), batchOf(docs, seed, asLive), make([]pipelines.Result, docs)); err != nil {
				b.Error(err)
				return
			}
		}
	}
}
