package bare

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"sluice/internal/bench/fleet"
)

const (
	fillBatch   = 2000 // records of one batch
	fillWorkers = 4
)

// FillConfig says what a topic is filled with.
type FillConfig struct {
	Topic      string
	Partitions int // driver i reports to partition i mod Partitions
	Records    int64
	Fleet      *fleet.Fleet
	Until      time.Time         // the last ping's time; every driver reports once a second up to it
	Told       func(wrote int64) // how many records are written, now and then, from several goroutines; nil = nobody
}

// Fill writes pings in order of time, as fast as the broker takes them, and returns how many.
func (c *Cluster) Fill(ctx context.Context, cfg FillConfig) (int64, error) {
	var wrote atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fillWorkers)
	each := cfg.Records / int64(cfg.Partitions)
	for part := range cfg.Partitions {
		group.Go(func() error {
			return c.fillPartition(ctx, cfg, part, each, func(n int64) {
				if total := wrote.Add(n); cfg.Told != nil {
					cfg.Told(total)
				}
			})
		})
	}
	err := group.Wait()
	return wrote.Load(), err
}

func (c *Cluster) fillPartition(ctx context.Context, cfg FillConfig, part int, records int64, told func(int64)) error {
	packer := c.NewPacker(cfg.Topic, cfg.Partitions)
	batches := make([][]Item, cfg.Partitions)
	drivers := int64((cfg.Fleet.Size() - part + cfg.Partitions - 1) / cfg.Partitions)
	start := cfg.Until.UnixMilli() - records*1000/drivers
	var arena []byte
	for done := int64(0); done < records; {
		items, buf := batches[part][:0], arena[:0]
		for range min(fillBatch, records-done) {
			driver := int(done%drivers)*cfg.Partitions + part
			from := len(buf)
			buf = cfg.Fleet.Key(buf, driver)
			mid := len(buf)
			buf = cfg.Fleet.Ping(buf, driver, start+done*1000/drivers)
			items = append(items, Item{Key: buf[from:mid:mid], Value: buf[mid:len(buf):len(buf)]})
			done++
		}
		batches[part], arena = items, buf
		if err := packer.Send(ctx, batches, time.Now()); err != nil {
			return err
		}
		told(int64(len(items)))
	}
	return nil
}
