package city

import (
	queue "container/heap"
	"fmt"

	"sluice/schemas"
)

// What becomes of orders, as shares of all.
const (
	shareCancelled = 0.04
	shareRefunded  = 0.02
	shareTwice     = 0.01 // its end is told twice
	shareBuys      = 0.01 // the member buys a level at the end of the ride
)

// order plans what becomes of the order behind a round with a passenger: it is told as it happens, and what
// has happened before the city woke up at once. It follows from the driver and the number of the round alone, so that a
// city that is woken again tells the same orders, which are counted once.
func (c *City) order(d *driver) {
	r := &d.round
	if c.cfg.Members == 0 || r.offline || r.busyTo <= r.busyFrom {
		return
	}
	about := chanceOf(c.cfg.Seed, aboutOrder, d.n, uint64(r.number))
	from, to := r.began+int64(r.busyFrom*1000), r.began+int64(r.busyTo*1000)
	created := from - int64(about.within(20_000, 90_000))
	member := c.member(&about)
	e := schemas.OrderEvent{
		OrderID: orderID(created, d.n, member), MemberID: member, DriverID: d.id, CreatedAt: created,
		City: c.name, Text: []byte(wish(about.unit())),
	}
	c.happens(e, schemas.OrderCreated, created)
	if about.share(shareCancelled) {
		c.happens(e, schemas.OrderCancelled, from)
		return
	}
	e.Amount, e.HasAmount = 800+(to-from)/60_000*240, true
	c.happens(e, schemas.OrderCompleted, to)
	if about.share(shareTwice) {
		c.happens(e, schemas.OrderCompleted, to)
	}
	if about.share(shareRefunded) {
		c.happens(e, schemas.OrderRefunded, to+int64(about.within(20_000, 300_000)))
	}
	if skus := c.cfg.SKUs; len(skus) > 0 && about.share(shareBuys) {
		sku := skus[int(about.unit()*float64(len(skus)))]
		c.buys(schemas.Purchase{PurchaseID: fmt.Appendf(nil, "P%d", e.OrderID), MemberID: member, SKU: []byte(sku), At: to})
	}
}

// member is who orders: a few do it all the time, most now and then.
func (c *City) member(about *chance) []byte {
	u := about.unit()
	return fmt.Appendf(nil, "M%07d", 1+int(u*u*float64(c.cfg.Members)))
}

// orderID is what the order service's machine would have given. Two orders of a city have one id only if two drivers of
// whom one stands 256 behind the other were asked for in one millisecond by members of one gene.
func orderID(created int64, driver uint64, member []byte) int64 {
	ids, err := schemas.NewOrderIDs(uint8(driver), func() int64 { return created })
	if err != nil {
		return created // no town is so old
	}
	return ids.Next(schemas.Gene(member))
}

// wish is what the customer writes.
func wish(chance float64) string {
	wishes := [...]string{
		"", "", "", "two sofas, third floor", "one suitcase, please wait at the gate", "a piano, mind the stairs",
		"child seat needed", "eleven boxes of books", "to the airport, terminal 2", "a wardrobe in parts", "with a small dog",
	}
	return wishes[int(chance*float64(len(wishes)))]
}

// happening is a line that is due at a time.
type happening struct {
	at     int64 // ms since 1970 UTC
	nth    int   // of those of one time
	stream string
	line   []byte
}

// happenings are those to come, the next one first.
type happenings []happening

// Len is queue.Interface, as are the others.
func (h happenings) Len() int { return len(h) }

// Less orders by time, and by who was planned first.
func (h happenings) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].nth < h[j].nth
}

// Swap swaps.
func (h happenings) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push appends a happening.
func (h *happenings) Push(x any) { *h = append(*h, x.(happening)) } //nolint:forcetypeassert // only plan pushes

// Pop takes the last.
func (h *happenings) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

func (c *City) happens(e schemas.OrderEvent, what schemas.OrderType, at int64) {
	e.Type, e.At = what, at
	c.plan(happening{at: at, stream: StreamOrders, line: schemas.AppendOrderJSON(nil, &e)})
}

func (c *City) buys(p schemas.Purchase) {
	c.plan(happening{at: p.At, stream: StreamPurchases, line: schemas.AppendPurchaseJSON(nil, &p)})
}

func (c *City) plan(h happening) {
	c.planned++
	h.nth = c.planned
	queue.Push(&c.coming, h)
}

// tell sends what has happened by now.
func (c *City) tell(now int64) {
	batches := map[string]*Batch{}
	for len(c.coming) > 0 && c.coming[0].at <= now {
		next := queue.Pop(&c.coming).(happening) //nolint:forcetypeassert // only plan pushes
		b := batches[next.stream]
		if b == nil {
			b = &Batch{Stream: next.stream}
			batches[next.stream] = b
		}
		b.addLine(next.line)
		if b.Len() >= c.cfg.BatchRecords {
			c.put(b)
			delete(batches, next.stream)
		}
	}
	for _, stream := range [...]string{StreamOrders, StreamPurchases} {
		if b := batches[stream]; b != nil {
			c.put(b)
		}
	}
}
