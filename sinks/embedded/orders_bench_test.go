package embedded

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

// orderBatches are events of orders of this month, each made and then completed by one of 1000 drivers, shuffled within
// their batch, one in twelve twice.
func orderBatches(b *testing.B, batches, size int) [][]pipelines.Write {
	b.Helper()
	rng := rand.New(rand.NewPCG(1, 7))
	ids, err := schemas.NewOrderIDs(1, func() int64 { return time.Now().UnixMilli() })
	if err != nil {
		b.Fatal(err)
	}
	all := make([][]pipelines.Write, batches)
	for i := range all {
		for len(all[i]) < size {
			member := fmt.Appendf(nil, "M%07d", rng.IntN(50_000))
			e := schemas.OrderEvent{
				OrderID: ids.Next(schemas.Gene(member)), MemberID: member, Type: schemas.OrderCreated, At: time.Now().UnixMilli(),
				City: []byte("shanghai"), Text: fmt.Appendf(nil, "two sofas, third floor, call %d", rng.IntN(100_000)), Amount: 3800, HasAmount: true,
			}
			all[i] = append(all[i], writeOf(&e))
			e.Type, e.DriverID, e.City, e.Text, e.HasAmount = schemas.OrderCompleted, fmt.Appendf(nil, "D%07d", rng.IntN(1000)), nil, nil, false
			e.At++
			all[i] = append(all[i], writeOf(&e))
			if rng.IntN(12) == 0 {
				all[i] = append(all[i], writeOf(&e))
			}
		}
		rng.Shuffle(len(all[i]), func(x, y int) { all[i][x], all[i][y] = all[i][y], all[i][x] })
	}
	return all
}

func writeOf(e *schemas.OrderEvent) pipelines.Write {
	o := schemas.OrderOf(e)
	return pipelines.Write{Target: schemas.OrderIndex(e.OrderID), Key: schemas.AppendOrderKey(nil, e.OrderID), Time: e.At, Body: schemas.AppendOrder(nil, &o)}
}

// BenchmarkOrders is 2,000 events a batch from one lane: cpu-s/M is the store's share of the processor for
// a million events.
func BenchmarkOrders(b *testing.B) {
	const batches, size = 50, 2000
	ready := orderBatches(b, batches, size)
	s := newStore(b, Config{})
	cpu, start, events := cpuTime(), time.Now(), 0
	for _, writes := range ready {
		results := make([]pipelines.Result, len(writes))
		if err := s.Write(b.Context(), writes, results); err != nil {
			b.Fatal(err)
		}
		for i := range results {
			if v := results[i].Verdict; v != pipelines.Stored && v != pipelines.Duplicate {
				b.Fatal(results[i])
			}
		}
		events += len(writes)
	}
	b.ReportMetric(float64(events)/time.Since(start).Seconds(), "events/s")
	b.ReportMetric((cpuTime()-cpu).Seconds()/float64(events)*1e6, "cpu-s/M")
	b.ReportMetric(0, "ns/op")
}
