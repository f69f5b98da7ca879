package bare

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// Batch is records of one partition on their way.
type Batch struct {
	items []Item
	arena []byte
}

// Items are the records, until the next Reset.
func (b *Batch) Items() []Item { return b.items }

// Add appends a record whose key and value are appended by those.
func (b *Batch) Add(key, value func(dst []byte) []byte) {
	from := len(b.arena)
	b.arena = key(b.arena)
	mid := len(b.arena)
	b.arena = value(b.arena)
	b.items = append(b.items, Item{Key: b.arena[from:mid:mid], Value: b.arena[mid:len(b.arena):len(b.arena)]})
}

// Reset makes it empty.
func (b *Batch) Reset() { b.items, b.arena = b.items[:0], b.arena[:0] }

// PourConfig says what a topic is filled with.
type PourConfig struct {
	Topic      string
	Partitions int
	Next       func(part int, into *Batch) bool // adds one record of a partition; false = there is none; called from several goroutines, not for one partition
	Told       func(wrote int64)                // how many records are written, now and then, from several goroutines; nil = nobody
}

// Pour writes all records, each partition's in their order, as fast as the broker takes them, and returns how many.
func (c *Cluster) Pour(ctx context.Context, cfg PourConfig) (int64, error) {
	var wrote atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fillWorkers)
	for part := range cfg.Partitions {
		group.Go(func() error {
			packer := c.NewPacker(cfg.Topic, cfg.Partitions)
			batches, batch := make([][]Item, cfg.Partitions), &Batch{}
			for more := true; more; {
				for batch.Reset(); more && len(batch.items) < fillBatch; {
					more = cfg.Next(part, batch)
				}
				batches[part] = batch.items
				if err := packer.Send(ctx, batches, time.Now()); err != nil {
					return err
				}
				if total := wrote.Add(int64(len(batch.items))); cfg.Told != nil {
					cfg.Told(total)
				}
			}
			return nil
		})
	}
	err := group.Wait()
	return wrote.Load(), err
}
