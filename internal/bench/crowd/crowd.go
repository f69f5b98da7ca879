// Package crowd makes the order events of many members for benchmarks: orders completed, one in fifty of them refunded, members who
// come, rise and are followed by others, so that as many levels change in one second as in another.
package crowd

import (
	"fmt"
	"strconv"

	"sluice/schemas"
)

// Life is how many events a member has: enough for gold by the default rules.
const Life = 25

const refundEvery = 50

// Crowd is a number of seats that take turns; on each sits one member after the other. Event n is of seat n mod seats, and
// belongs to that seat's partition. Two goroutines may make events of two partitions at once, but not of the same one; those of a
// partition are made in ascending order.
type Crowd struct {
	seats, partitions int
	last              []int64 // by seat: the id of its last order
	clocks            []int64 // by partition, ms
	ids               []*schemas.OrderIDs
}

// New is a crowd of so many seats, at least one for each partition; partitions are 1 to 256. Times are about now, ms.
func New(seats, partitions int, now int64) (*Crowd, error) {
	if partitions < 1 || partitions > schemas.MaxMachine+1 || seats < partitions {
		return nil, fmt.Errorf("a crowd of %d seats in %d partitions cannot be", seats, partitions)
	}
	c := &Crowd{seats: seats, partitions: partitions, last: make([]int64, seats), clocks: make([]int64, partitions)}
	for p := range partitions {
		c.clocks[p] = now
		ids, err := schemas.NewOrderIDs(uint8(p), func() int64 { return c.clocks[p] }) // bounded above
		if err != nil {
			return nil, fmt.Errorf("making a crowd: %w", err)
		}
		c.ids = append(c.ids, ids)
	}
	return c, nil
}

// Partition is where event n belongs.
func (c *Crowd) Partition(n int64) int { return int(n%int64(c.seats)) % c.partitions }

// Of is the number of a partition's event k, both from 0.
func (c *Crowd) Of(partition int, k int64) int64 {
	seats := int64((c.seats - partition + c.partitions - 1) / c.partitions)
	return k/seats*int64(c.seats) + k%seats*int64(c.partitions) + int64(partition)
}

// event is what a number stands for.
type event struct {
	seat, life int
	step       int // of the life, from 0
	refund     bool
}

// at is event n. Seats begin at different steps of a life, else all would rise at once.
func (c *Crowd) at(n int64) event {
	seat, round := int(n%int64(c.seats)), int(n/int64(c.seats))
	turn := round + seat%Life
	e := event{seat: seat, life: turn / Life, step: turn % Life}
	e.refund = round > 0 && e.step > 0 && (31*seat+e.step)%refundEvery == 0
	return e
}

// Key appends the member of event n.
func (c *Crowd) Key(dst []byte, n int64) []byte {
	e := c.at(n)
	return member(dst, e.seat, e.life)
}

func member(dst []byte, seat, life int) []byte {
	dst = strconv.AppendInt(append(dst, 'M'), int64(10_000_000+seat), 10)
	return strconv.AppendInt(append(dst, '-'), int64(life), 10)
}

// Order appends event n as JSON; it happens at a moment, ms since 1970 UTC, which is in its order's id unless it is a refund.
func (c *Crowd) Order(dst []byte, n, at int64) []byte {
	e, p := c.at(n), c.Partition(n)
	key := member(nil, e.seat, e.life)
	order := schemas.OrderEvent{
		OrderID: c.last[e.seat], MemberID: key, Type: schemas.OrderRefunded, At: at,
		Amount: 3800, HasAmount: true, City: []byte("shanghai"),
	}
	if !e.refund {
		c.clocks[p] = at
		order.Type, order.OrderID = schemas.OrderCompleted, c.ids[p].Next(schemas.Gene(key))
		c.last[e.seat] = order.OrderID
	}
	return schemas.AppendOrderJSON(dst, &order)
}

// Member is somebody who has events, and how many orders count once all have come.
type Member struct {
	ID     string
	Orders int
}

// Members are up to most members of the first events, spread over all seats.
func (c *Crowd) Members(events int64, most int) []Member {
	rounds := events / int64(c.seats)
	if rounds == 0 {
		return nil
	}
	found := make([]Member, 0, most)
	step := max(1, c.seats/max(most, 1))
	for seat := 0; seat < c.seats && len(found) < most; seat += step {
		found = append(found, c.member(seat, events))
	}
	return found
}

// member is who sat last on a seat after the first events.
func (c *Crowd) member(seat int, events int64) Member {
	last := (events - 1 - int64(seat)) / int64(c.seats) // the seat's last round
	life := c.at(last*int64(c.seats) + int64(seat)).life
	m := Member{ID: string(member(nil, seat, life))}
	for round := last; round >= 0; round-- {
		e := c.at(round*int64(c.seats) + int64(seat))
		switch {
		case e.life != life:
			return m
		case e.refund:
			m.Orders--
		default:
			m.Orders++
		}
	}
	return m
}
