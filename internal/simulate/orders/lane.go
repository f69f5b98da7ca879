package orders

import "time"

// Send is one record on its way: the first time, or again.
type Send struct {
	N     int64
	Again bool
}

// Lane goes through the requests of one lane in their order and says which records each of them carries. Two of one plan say
// the same. It is for one goroutine and keeps what is held back.
type Lane struct {
	author *Author
	lane   int64
	tick   int64
	held   int64    // in the wheel
	wheel  [][]Send // what is held back, by tick modulo its length
	queue  []Send   // what had no room in its request
}

// Lane makes one, from its first request on. Lanes of the number Lanes carries all purchases; those below carry
// the orders of their members.
func (a *Author) Lane(lane int64) *Lane {
	return &Lane{author: a, lane: lane, wheel: make([][]Send, max(1, a.spread)+1)}
}

// LaneOf is the lane of a member's orders.
func (a *Author) LaneOf(member int64) int64 { return member % a.Lanes }

// Next appends what the lane's next request carries, which may be nothing; more is false behind its last one.
func (l *Lane) Next(dst []Send) (sends []Send, more bool) {
	a, now := l.author, l.tick
	for number := now * a.perTick; number < min((now+1)*a.perTick, a.Orders); number++ {
		l.take(number)
	}
	slot := int(now % int64(len(l.wheel)))
	l.queue = append(l.queue, l.wheel[slot]...)
	l.held -= int64(len(l.wheel[slot]))
	l.wheel[slot] = l.wheel[slot][:0]
	room := min(int(a.Batch), len(l.queue))
	for _, s := range l.queue[:room] {
		dst = append(dst, s)
		if !s.Again && a.Doubled(s.N) {
			l.hold(Send{N: s.N, Again: true}, 1+int64(a.chance(s.N, useAgain)%uint64(max(1, a.spread))))
		}
	}
	l.queue = append(l.queue[:0], l.queue[room:]...)
	l.tick++
	return dst, l.tick*a.perTick < a.Orders || l.held > 0 || len(l.queue) > 0
}

// take holds the events of an order that are this lane's.
func (l *Lane) take(number int64) {
	a := l.author
	if l.lane < a.Lanes && a.LaneOf(a.memberOf(number)) != l.lane {
		return
	}
	o := a.Order(number)
	for s := range Slot(slots) {
		if (s == Bought) == (l.lane == a.Lanes) && o.Has(s) {
			n := Number(number, s)
			l.hold(Send{N: n}, int64(a.chance(n, useDelay)%uint64(a.spread+1)))
		}
	}
}

func (l *Lane) hold(s Send, ticks int64) {
	slot := int((l.tick + ticks) % int64(len(l.wheel)))
	l.wheel[slot] = append(l.wheel[slot], s)
	l.held++
}

// Block is the number of a lane's request at a tick: what a ledger knows it by.
func (a *Author) Block(lane, tick int64) int64 { return tick*(a.Lanes+1) + lane }

// Due is when the requests of a tick are, since Start.
func (a *Author) Due(tick int64) time.Duration {
	return time.Duration(float64(tick+1) * a.tickMS * float64(time.Millisecond))
}

// TicksIn is how many ticks begin within a time.
func (a *Author) TicksIn(d time.Duration) int64 { return int64(float64(d.Milliseconds()) / a.tickMS) }

// OrdersUntil is how many orders have had their turn when a tick has ended.
func (a *Author) OrdersUntil(tick int64) int64 { return (tick + 1) * a.perTick }

// Blocks is more than the load has requests.
func (a *Author) Blocks() int64 {
	return (a.Orders/a.perTick + 2*a.spread + 2*slots*a.Orders/a.Batch + 8) * (a.Lanes + 1)
}
