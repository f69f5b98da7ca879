package embedded

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

const benchDrivers = 100_000

// batchOf makes n writes of plausible pings of these minutes.
func batchOf(n int, seed uint64, write func(p *schemas.Ping) pipelines.Write) []pipelines.Write {
	rng := rand.New(rand.NewPCG(seed, 7))
	writes := make([]pipelines.Write, n)
	now := time.Now().UnixMilli()
	for i := range writes {
		p := schemas.Ping{
			DriverID: fmt.Appendf(nil, "D%07d", rng.IntN(benchDrivers)), TS: now - rng.Int64N(2000), Lat: 31.2 + rng.NormFloat64()*0.1,
			Lon: 121.4 + rng.NormFloat64()*0.1, Speed: 8.3, Heading: 120, Accuracy: 5, Status: schemas.StatusIdle + schemas.Status(rng.IntN(2)),
			Vehicle: []byte("van"), City: []byte("shanghai"), Seq: int64(seed)<<20 + int64(i),
		}
		writes[i] = write(&p)
	}
	return writes
}

func asHistory(p *schemas.Ping) pipelines.Write {
	return pipelines.Write{Target: schemas.PingIndex(p.TS), Key: schemas.PingID(nil, p), Time: p.TS, Body: schemas.AppendPosition(nil, p, p.TS, p.TS+100)}
}

func asLive(p *schemas.Ping) pipelines.Write {
	return pipelines.Write{Target: schemas.PositionsIndex, Key: p.DriverID, Version: p.TS, Time: p.TS, Body: schemas.AppendPosition(nil, p, p.TS, p.TS+100)}
}

// cpuTime is the processor time of this process so far: the machine may have other work.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkWrite is 5,000 writes of each kind a batch, from four lanes as fast as it goes. The batches are made
// before: cpu-s/M is the store's share of the processor for a million writes.
func BenchmarkWrite(b *testing.B) {
	kinds := map[string][]func(*schemas.Ping) pipelines.Write{
		"history": {asHistory}, "live": {asLive}, "both": {asHistory, asLive},
	}
	for _, name := range []string{"history", "live", "both"} {
		for _, noSync := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/nosync-%t", name, noSync), func(b *testing.B) { pour(b, kinds[name], noSync) })
		}
	}
}

func pour(b *testing.B, kinds []func(*schemas.Ping) pipelines.Write, noSync bool) {
	const docs, lanes, batches = 5000, 4, 40
	s := newStore(b, Config{NoSync: noSync})
	var ready [lanes][batches][]pipelines.Write
	for lane := range ready {
		for i := range ready[lane] {
			ready[lane][i] = batchOf(docs, uint64(lane*batches+i+1), kinds[(lane+i)%len(kinds)])
		}
	}
	cpu, start := cpuTime(), time.Now()
	var all sync.WaitGroup
	var longest atomic.Int64
	for lane := range lanes {
		all.Go(func() {
			results := make([]pipelines.Result, docs)
			for _, writes := range ready[lane] {
				began := time.Now()
				clear(results)
				if err := s.Write(b.Context(), writes, results); err != nil {
					b.Error(err)
				}
				if took := time.Since(began).Milliseconds(); took > longest.Load() {
					longest.Store(took)
				}
			}
		})
	}
	all.Wait()
	const total = docs * lanes * batches
	b.ReportMetric(total/time.Since(start).Seconds(), "docs/s")
	b.ReportMetric((cpuTime()-cpu).Seconds()*1e6/total, "cpu-s/M")
	b.ReportMetric(float64(longest.Load()), "longest-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkNearby asks for the 20 nearest idle of 100,000 drivers in one city, idle and while so many pings a
// second flow into both targets.
func BenchmarkNearby(b *testing.B) {
	for _, flow := range []int{0, 30_000} {
		for _, radius := range []float64{1000, 20_000} {
			b.Run(fmt.Sprintf("flow-%d/radius-%.0f", flow, radius), func(b *testing.B) { nearbyUnderFlow(b, flow, radius) })
		}
	}
}

func nearbyUnderFlow(b *testing.B, flow int, radius float64) {
	s := newStore(b, Config{})
	for seed := range uint64(50) {
		writeAll(b, s, batchOf(5000, seed, asLive))
	}
	stop := make(chan struct{})
	var writers sync.WaitGroup
	defer func() { close(stop); writers.Wait() }()
	var fresh latencies
	if flow > 0 {
		writers.Go(func() { drip(b, s, flow, asLive, stop, &fresh) })
		writers.Go(func() { drip(b, s, flow, asHistory, stop, nil) })
	}
	rng := rand.New(rand.NewPCG(8, 9))
	var took latencies
	cpu := cpuTime()
	began := time.Now()
	for time.Since(began) < 8*time.Second {
		q := schemas.NearbyQuery{
			Lat: 31.2 + rng.NormFloat64()*0.1, Lon: 121.4 + rng.NormFloat64()*0.1, Radius: radius, Limit: 20,
			MaxAge: time.Minute, Now: time.Now(), Status: "idle",
		}
		start := time.Now()
		if _, err := s.Nearby(b.Context(), q); err != nil {
			b.Fatal(err)
		}
		took.add(time.Since(start))
		<-time.After(time.Millisecond)
	}
	b.ReportMetric(took.at(50), "p50-ms")
	b.ReportMetric(took.at(99), "p99-ms")
	b.ReportMetric(fresh.at(99), "write-p99-ms")
	b.ReportMetric((cpuTime()-cpu).Seconds()/time.Since(began).Seconds(), "cores")
	b.ReportMetric(0, "ns/op")
}

func writeAll(b testing.TB, s *Store, writes []pipelines.Write) {
	b.Helper()
	if err := s.Write(b.Context(), writes, make([]pipelines.Result, len(writes))); err != nil {
		b.Error(err)
	}
}

// drip writes at a steady rate until stop closes, eight batches a second from two lanes.
func drip(b *testing.B, s *Store, perSecond int, kind func(*schemas.Ping) pipelines.Write, stop <-chan struct{}, took *latencies) {
	const each = 8
	tick := time.NewTicker(time.Second / each)
	defer tick.Stop()
	for seed := uint64(1000); ; seed++ {
		select {
		case <-stop:
			return
		case <-tick.C:
			writes := batchOf(perSecond/each, seed, kind)
			start := time.Now()
			writeAll(b, s, writes)
			if took != nil {
				took.add(time.Since(start))
			}
		}
	}
}

type latencies struct {
	mu   sync.Mutex
	took []time.Duration
}

func (l *latencies) add(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took = append(l.took, d)
}

// at is a percentile in ms.
func (l *latencies) at(percent int) float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.took) == 0 {
		return 0
	}
	slices.Sort(l.took)
	return float64(l.took[len(l.took)*percent/100].Microseconds()) / 1000
}

// BenchmarkMemory is the heap that a million drivers take in the index.
func BenchmarkMemory(b *testing.B) {
	const drivers = 1_000_000
	before := heapBytes()
	x := newIndex()
	var batch []*driver
	rng := rand.New(rand.NewPCG(1, 1))
	known, err := families()
	if err != nil {
		b.Fatal(err)
	}
	live := familyFor(known, schemas.PositionsIndex)
	start := time.Now()
	for i := range drivers {
		p := schemas.Ping{
			DriverID: fmt.Appendf(nil, "D%07d", i), TS: 1_790_000_000_000, Lat: 31 + rng.NormFloat64(), Lon: 121 + rng.NormFloat64(), Speed: 8.3, Heading: 120,
			Accuracy: 5, Status: schemas.StatusIdle, Vehicle: []byte("van"), City: []byte("shanghai"), Seq: 7,
		}
		d := newDriver(string(p.DriverID), p.TS)
		if reason := live.shape.read(schemas.AppendPosition(nil, &p, p.TS, 0), &reading{driver: d}); reason != "" {
			b.Fatal(reason)
		}
		if batch = append(batch, d); len(batch) == 5000 {
			x.apply(batch)
			batch = batch[:0]
		}
	}
	b.ReportMetric(time.Since(start).Seconds(), "load-s")
	b.ReportMetric(float64(heapBytes()-before)/drivers, "B/driver")
	b.ReportMetric(0, "ns/op")
	runtime.KeepAlive(x)
}

func heapBytes() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkRead is the check of one document.
func BenchmarkRead(b *testing.B) {
	known, err := families()
	if err != nil {
		b.Fatal(err)
	}
	doc := batchOf(1, 1, asLive)[0].Body
	for _, target := range []string{schemas.PositionsIndex, schemas.PingIndex(0)} {
		b.Run(target, func(b *testing.B) {
			f := familyFor(known, target)
			b.ReportAllocs()
			for b.Loop() {
				r := reading{}
				if f.drivers {
					r.driver = newDriver("D0000001", 1)
				}
				if reason := f.shape.read(doc, &r); reason != "" {
					b.Fatal(reason)
				}
			}
		})
	}
}
