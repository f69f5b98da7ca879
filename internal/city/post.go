package city

import (
	"context"
	"time"

	"sluice/internal/pause"
	"sluice/schemas"
)

// The streams of a city.
const (
	StreamPings     = "pings"
	StreamOrders    = "orders"
	StreamPurchases = "purchases"
)

// Batch is what one request carries: records of one stream as NDJSON.
type Batch struct {
	Stream string
	Body   []byte
	Ends   []int // of each line, behind its line feed
}

// Len is the number of records.
func (b *Batch) Len() int { return len(b.Ends) }

func (b *Batch) add(p *schemas.Ping) {
	b.Body = schemas.AppendPingJSON(b.Body, p)
	b.Body = append(b.Body, '\n')
	b.Ends = append(b.Ends, len(b.Body))
}

func (b *Batch) addLine(line []byte) {
	b.Body = append(append(b.Body, line...), '\n')
	b.Ends = append(b.Ends, len(b.Body))
}

// put queues a batch and, while there is no room, drops the oldest. One goroutine puts.
func (c *City) put(b *Batch) {
	for {
		select {
		case c.queue <- b:
			return
		default:
		}
		select {
		case oldest := <-c.queue:
			c.observer.Dropped(oldest.Stream, oldest.Len(), ErrSlow)
		default:
		}
	}
}

// send posts batches until ctx ends.
func (c *City) send(ctx context.Context) {
	for {
		select {
		case b := <-c.queue:
			c.deliver(ctx, b)
		case <-ctx.Done():
			return
		}
	}
}

// retryAfter is the pause before a batch is sent again.
const retryAfter = time.Second

// deliver posts one batch until it has an answer, or until GiveUp has passed.
func (c *City) deliver(ctx context.Context, b *Batch) {
	began := time.Now()
	for {
		accepted, refused, err := c.gateway.Post(ctx, b)
		switch {
		case err == nil:
			c.observer.Posted(b.Stream, accepted)
			c.observer.Refused(b.Stream, refused)
			return
		case ctx.Err() != nil:
			return
		case time.Since(began)+retryAfter > c.cfg.GiveUp:
			c.observer.Dropped(b.Stream, b.Len(), err)
			return
		}
		pause.AtMost(ctx, retryAfter)
	}
}
