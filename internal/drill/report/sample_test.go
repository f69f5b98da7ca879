package report

import (
	"fmt"
	"math"
	"time"

	"sluice/internal/drill/watch"
)

// sampled is a campaign that looks like a real one.
func sampled(drills int, lasts float64, every float64, injections int) *Campaign {
	began := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	c := &Campaign{
		Command: "sluice drill run --all --times 3", Seed: 4711, Times: 3, Began: began, Ended: began.Add(time.Duration(lasts*float64(drills)) * time.Second),
		Verdict:  Held,
		Versions: []Version{{"sluice", "v0.5.0"}, {"commit", "abc1234"}, {"Go", "go1.26.8"}, {"Kafka", "4.1.1, three brokers, RF 3, min ISR 2"}, {"Elasticsearch", "8.19.7, one node"}, {"machine", "linux/amd64, 2 cores"}},
	}
	for i := range drills {
		c.Drills = append(c.Drills, sampledDrill(i, began.Add(time.Duration(float64(i)*lasts)*time.Second), lasts, every, injections))
	}
	return c
}

func sampledDrill(i int, began time.Time, lasts, every float64, injections int) Drill {
	after := func(s float64) time.Time { return began.Add(time.Duration(s * float64(time.Second))) }
	d := Drill{
		Name: fmt.Sprintf("elastic-killed-%d", i+1), About: "Elasticsearch is killed with SIGKILL and comes back on its data.", Catalogue: []int{12},
		Verdict: Held, Seed: 4711, Run: "k3v9x", Began: began, Ended: after(lasts),
		Load:  Load{Rate: 400, Drivers: 400, Acked: int64(lasts * 396), Refused: int64(lasts * 2), Doubtful: 3, Requests: int64(lasts * 40), Retries: 12, P99: 48.2},
		Bites: []Bite{{"retried > 0", "retried was 812", true}, {"redelivered >= 10", "redelivered was 91", true}},
		Stops: []Stop{{Process: "gateway-1", Seconds: 0.4}, {Process: "pipelines-1", Seconds: 1.2}, {Process: "pipelines-2", Seconds: 1.1}, {Process: "query-1", Seconds: 0.2}},
		Notes: []string{"one note"},
	}
	for n := range injections {
		at := lasts * (float64(n) + 0.35) / float64(injections)
		long := lasts / float64(injections) / 3
		d.Injections = append(d.Injections, Injection{
			Round: n + 1, Fault: "kill-server", On: "elastic", Detail: "for 5s",
			Injecting: after(at), InForce: after(at + long/10), Healing: after(at + long*0.6), Healed: after(at + long),
			Searchable: Recovery{Asked: true, Seconds: 2.3 + float64(n%7)/10, Limit: 30}, Consuming: Recovery{Asked: n%2 == 0, Seconds: 4.1, Limit: 10},
		})
	}
	for n, name := range []string{"answers", "no loss", "no invention", "one fate", "integrity", "one copy", "honest stale", "effects", "counters", "offsets", "liveness", "not vacuous"} {
		a := Assertion{ID: fmt.Sprintf("L%d", n), Name: name, State: stateHolds, Detail: fmt.Sprintf("%d sends acknowledged, 58 refused, 0 in doubt", 10429+n)}
		switch n {
		case 7:
			a.State, a.Detail, a.Allowed = stateNA, "pings have no effects", "pings have no effects"
		case 8:
			a.Detail = "gps-live: 10429 = stored 9409 + stale 966 + duplicate 0 + poison 54 - 0 read again"
		case 10:
			a.Detail = "a fresh ping was found by its driver and nearby after 806 ms"
		}
		d.Assertions = append(d.Assertions, a)
	}
	d.Watched = sampledRecord(began, lasts, every, &d)
	d.Drains = Drains(&d)
	early, late := watch.Span{From: 0, To: lasts}.Thirds()
	d.Flat = d.Watched.Flats(early, late)
	return d
}

func sampledRecord(began time.Time, lasts, every float64, d *Drill) watch.Record {
	r := watch.Record{
		Began: began, Seconds: lasts, Every: every, Lives: map[string]int{"gateway-1": 1, "pipelines-1": 4},
		Sums: watch.Sums{"retried": 812, "redelivered": 91, "rebalanced": 40, "restarted": 3, "consumed": 21_000, "gap": 0},
	}
	away := func(at float64) (float64, bool) {
		for i := range d.Injections {
			if from, to := r.At(d.Injections[i].InForce), r.At(d.Injections[i].Healed); at >= from && at < to {
				return at - from, true
			}
		}
		return 0, false
	}
	names := []string{"gateway-1", "pipelines-1", "pipelines-2", "query-1"}
	series := map[watch.Measure]map[string]*watch.Series{}
	add := func(m watch.Measure, of string, at, value float64) {
		if series[m] == nil {
			series[m] = map[string]*watch.Series{}
		}
		if series[m][of] == nil {
			series[m][of] = &watch.Series{Measure: m, Of: of}
		}
		series[m][of].Points = append(series[m][of].Points, watch.Point{At: at, Value: math.Round(value)})
	}
	for at := 0.0; at < lasts; at += every {
		since, out := away(at)
		lag := 180 + 60*math.Sin(at)
		if out {
			lag = 400 * since
		}
		add(watch.Accepted, "gateway", at, 400*at)
		for i, p := range []string{"gps-history", "gps-live"} {
			add(watch.Lag, p, at, lag*float64(2-i)/2)
			add(watch.Settled, p, at, max(0, 400*at-lag))
			add(watch.Oldest, p, at, lag/400)
		}
		for i, name := range names {
			if out && i == 1 {
				continue
			}
			add(watch.RSS, name, at, float64(40+10*i)*mebibyte+2e6*math.Sin(at/7+float64(i)))
			add(watch.Goroutines, name, at, float64(30+20*i)+5*math.Sin(at/3+float64(i)))
		}
	}
	for _, m := range []watch.Measure{watch.Accepted, watch.Lag, watch.Settled, watch.Oldest, watch.RSS, watch.Goroutines} {
		for _, of := range append([]string{"gateway", "gps-history", "gps-live"}, names...) {
			if s := series[m][of]; s != nil {
				r.Series = append(r.Series, *s)
			}
		}
	}
	for i := range d.Injections {
		r.Events = append(r.Events, watch.Event{At: d.Injections[i].InForce, What: "kill-server on elastic"})
	}
	return r
}
