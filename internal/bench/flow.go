package bench

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"sluice/internal/bench/bare"
	"sluice/internal/bench/fleet"
	"sluice/internal/pause"
)

// flow is an open-loop load: a ping's time is when it was due, whether or not Kafka could
// take it then, so that a wait anywhere is part of what is measured.
type flow struct {
	packer     *bare.Packer
	partitions int
	fleet      *fleet.Fleet
	rate       float64                   // pings/s
	probeEvery time.Duration             // between two probes; 0 = none
	probed     func(id string, ts int64) // told of each probe before it is sent; nil = nobody

	sent   int64
	probes int64
	arena  []byte
	items  [][]bare.Item
}

const (
	flowTick   = 10 * time.Millisecond
	probeEvery = 37 * time.Millisecond // no divisor of a refresh interval
)

// run sends until ctx ends, which is no error.
func (f *flow) run(ctx context.Context) error {
	f.items = make([][]bare.Item, f.partitions)
	begin := time.Now()
	lastProbe := begin
	for tick := 1; ; tick++ {
		due := begin.Add(time.Duration(tick) * flowTick)
		if !f.sleep(ctx, due) {
			return nil
		}
		f.collect(int64(f.rate*due.Sub(begin).Seconds()), due.UnixMilli())
		if f.probeEvery > 0 && due.Sub(lastProbe) >= f.probeEvery {
			lastProbe = lastProbe.Add(f.probeEvery)
			f.probe(due.UnixMilli())
		}
		if err := f.packer.Send(ctx, f.items, due); err != nil && ctx.Err() == nil {
			return fmt.Errorf("keeping up the load: %w", err)
		}
	}
}

// sleep waits until due, and says whether to carry on.
func (f *flow) sleep(ctx context.Context, due time.Time) bool {
	return pause.For(ctx, time.Until(due)) == nil
}

// collect makes the pings up to number target.
func (f *flow) collect(target, ts int64) {
	f.arena = f.arena[:0]
	for p := range f.items {
		f.items[p] = f.items[p][:0]
	}
	for ; f.sent < target; f.sent++ {
		driver := int(f.sent % int64(f.fleet.Size()))
		from := len(f.arena)
		f.arena = f.fleet.Key(f.arena, driver)
		mid := len(f.arena)
		f.arena = f.fleet.Ping(f.arena, driver, ts)
		part := driver % f.partitions
		f.items[part] = append(f.items[part], bare.Item{Key: f.arena[from:mid:mid], Value: f.arena[mid:len(f.arena):len(f.arena)]})
	}
}

// probe adds the only ping of a new driver, whose id carries its time.
func (f *flow) probe(ts int64) {
	id := probePrefix + strconv.FormatInt(ts, 10) + "-" + strconv.FormatInt(f.probes, 10)
	part := int(f.probes % int64(f.partitions))
	f.probes++
	if f.probed != nil {
		f.probed(id, ts)
	}
	f.items[part] = append(f.items[part], bare.Item{Key: []byte(id), Value: fleet.Probe(nil, []byte(id), ts)})
}
