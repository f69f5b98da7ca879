package sinkstest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
)

// movingOnce lets a fleet jump to and fro while it is searched: whoever is in the circle before and
// after is in every answer, once.
func movingOnce(t *testing.T, f Fleet) {
	const drivers, rounds = 200, 30
	fleet := func(round int64) []schemas.Ping {
		pings := make([]schemas.Ping, drivers)
		for i := range pings {
			pings[i] = ping(fmt.Sprintf("m%03d", i), 31.23+float64((int64(i)*17+round*71)%drivers)/1e4, 121.47+float64(round%7)/100)
			pings[i].TS = noon + round
		}
		return pings
	}
	f.live(t, fleet(0)...)
	var want []string
	for i := range drivers {
		want = append(want, fmt.Sprintf("m%03d", i))
	}
	var writer sync.WaitGroup
	defer writer.Wait()
	moved := make(chan error, 1)
	writer.Go(func() {
		defer close(moved)
		for round := int64(1); round <= rounds; round++ {
			if err := f.move(t, fleet(round)); err != nil {
				moved <- err
				return
			}
		}
	})
	for going := true; going; {
		select {
		case err, failed := <-moved:
			if going = false; failed {
				t.Errorf("moving: %v", err)
			}
		default:
		}
		got := f.nearby(t, around(31.23, 121.47, 50_000, 2*drivers))
		slices.Sort(got)
		same(t, "the fleet in one circle", got, want)
		same(t, "the fleet in one box", f.within(t, schemas.WithinQuery{Box: schemas.Box{South: 31, West: 121, North: 32, East: 122}, Limit: 2 * drivers}), want)
		if t.Failed() {
			return
		}
	}
}

// move writes newer positions, without waiting for searches to see them.
func (f *Fleet) move(t *testing.T, pings []schemas.Ping) error {
	writes, results := make([]pipelines.Write, len(pings)), make([]pipelines.Result, len(pings))
	for i := range pings {
		p := &pings[i]
		writes[i] = pipelines.Write{Target: schemas.PositionsIndex, Key: p.DriverID, Version: p.TS, Time: p.TS, Body: schemas.AppendPosition(nil, p, p.TS, 0)}
	}
	if err := f.Sink.Write(t.Context(), writes, results); err != nil {
		return err
	}
	for i := range results {
		if results[i].Verdict != pipelines.Stored {
			return fmt.Errorf("write %d is %v: %s", i, results[i].Verdict, results[i].Reason)
		}
	}
	return nil
}
