package schemas

import (
	"errors"
	"fmt"
	"sync/atomic"
)

// An order id, from its highest bit: 0 | 40 bits of ms since 2018-01-01 UTC | 8 bits machine | 9 bits
// gene of the member | 6 bits sequence.
const (
	orderEpoch   = 1_514_764_800_000 // 2018-01-01 UTC, ms
	sequenceBits = 6
	geneBits     = 9
	machineBits  = 8
	timeBits     = 40

	geneShift    = sequenceBits
	machineShift = geneShift + geneBits
	timeShift    = machineShift + machineBits

	// Genes is how many genes there are.
	Genes = 1 << geneBits
	// MaxMachine is the highest number of a machine.
	MaxMachine = 1<<machineBits - 1
)

// OrderIDs makes order ids. It is safe for concurrent use.
//
// No id comes twice from one generator, nor from two with different machine numbers. Each has a later
// (time, sequence) than the one before it, whatever the clock does: when it goes back the generator
// stays where it was, and when 64 ids of a millisecond are used up it borrows from the next. So ids of
// one gene rise strictly; those of one millisecond are ordered by gene first, since the gene stands
// before the sequence.
//
// A process that starts again knows nothing of the one before it: two with one machine number must not
// run at once, nor may a clock go back between them.
type OrderIDs struct {
	machine int64
	now     func() int64
	last    atomic.Int64 // time and sequence of the last id, as they stand in an id without its middle
}

// NewOrderIDs makes the generator of one machine. now is the clock, ms since 1970 UTC; it must be within
// what an id can say, 2018 to 2052.
func NewOrderIDs(machine uint8, now func() int64) (*OrderIDs, error) {
	if now == nil {
		return nil, errors.New("an order id needs a clock")
	}
	if at := now(); !orderTime(at) {
		return nil, fmt.Errorf("the clock says %d ms since 1970: an order id holds the years 2018 to 2052", at)
	}
	return &OrderIDs{machine: int64(machine) << machineShift, now: now}, nil
}

// orderTime says whether an order id can hold a moment, ms since 1970 UTC.
func orderTime(ms int64) bool { return ms > orderEpoch && ms < orderEpoch+1<<timeBits }

// Next is a new id for a member with that gene, of which the 9 low bits count. A clock outside 2018 to
// 2052 is not believed.
func (g *OrderIDs) Next(gene uint16) int64 {
	var at int64
	if now := g.now(); orderTime(now) {
		at = (now - orderEpoch) << sequenceBits
	}
	for {
		last := g.last.Load()
		next := max(last+1, at)
		if !g.last.CompareAndSwap(last, next) {
			continue
		}
		return next>>sequenceBits<<timeShift | g.machine | int64(gene&(Genes-1))<<geneShift | next&(1<<sequenceBits-1)
	}
}

// OrderIDParts is what an order id is made of.
type OrderIDParts struct {
	At       int64 // ms since 1970 UTC
	Machine  uint8
	Gene     uint16 // 0 to 511
	Sequence uint8  // 0 to 63
}

// SplitOrderID takes an id apart. Any id above 0 has parts: whether it came from such a generator cannot
// be told.
func SplitOrderID(id int64) OrderIDParts {
	return OrderIDParts{
		At:       id>>timeShift + orderEpoch,
		Machine:  uint8(id >> machineShift),
		Gene:     uint16(id>>geneShift) & (Genes - 1),
		Sequence: uint8(id & (1<<sequenceBits - 1)),
	}
}

// Gene is the 9 bits of a member that its order ids carry.
func Gene(member []byte) uint16 { return uint16(memberHash(member) & (Genes - 1)) }
