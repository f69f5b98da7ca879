package orders

import (
	"math"
	"time"

	"sluice/schemas"
)

// Author writes the events of a plan. It keeps no state: any number of goroutines may ask.
type Author struct {
	Plan

	late, voided, purchased, doubled uint64 // of 2^32
	lastMonth, monthLong             int64  // the month before Start's, in the business zone: its beginning and its length, ms
	perTick                          int64  // orders
	tickMS                           float64
	spread                           int64 // ticks that an event may be held back
}

// New checks the plan.
func New(p Plan) (*Author, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(p.Rules.TimeZone)
	if err != nil {
		return nil, err
	}
	s := p.Shares
	a := &Author{Plan: p, late: of32(s.Late), voided: of32(s.Voided), purchased: of32(s.Purchased), doubled: of32(s.Doubled)}
	year, month, _ := time.UnixMilli(p.Start).In(zone).Date()
	first := time.Date(year, month-1, 1, 0, 0, 0, 0, zone)
	a.lastMonth = first.UnixMilli()
	a.monthLong = first.AddDate(0, 1, 0).UnixMilli() - a.lastMonth
	// A lane's requests are half full on average, so that chance and what is held back find room.
	perOrder := (2 + s.Voided*3/4 + s.Purchased) * (1 + s.Doubled)
	a.perTick = max(1, int64(float64(p.Lanes*p.Batch)/2/perOrder))
	a.tickMS = float64(a.perTick) * perOrder / p.Rate * 1000
	a.spread = int64(math.Round(float64(p.Shuffle) / a.tickMS))
	return a, nil
}

func of32(share float64) uint64 { return uint64(math.Round(min(share, 1) * (1 << 32))) }

// mix scatters the bits of x (the finaliser of splitmix64).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// chance is the dice of number n for one use.
func (a *Author) chance(n int64, use uint64) uint64 {
	return mix(mix(a.Seed*0x9e3779b97f4a7c15+uint64(n)*0xd1342543de82ef95+1) + use)
}

// The uses of a dice.
const (
	useMember = iota
	useVoid
	useLate
	usePurchase
	useTimes
	useDelay
	useDouble
	useAgain
)

func within(dice, share uint64) bool { return dice&math.MaxUint32 < share }

// MemberID is the id of a member.
func (a *Author) MemberID(member int64) string { return string(a.appendMember(nil, member)) }

// idDigits is the width of a member's number in its id.
const idDigits = 7

func (a *Author) appendMember(dst []byte, member int64) []byte {
	dst = append(dst, a.Run...)
	for limit := int64(1_000_000); limit > 1 && member < limit; limit /= 10 {
		dst = append(dst, '0')
	}
	return appendInt(dst, member)
}

// MemberNumber is the member with an id, false when it is none of this run.
func (a *Author) MemberNumber(id string) (int64, bool) {
	if len(id) != len(a.Run)+idDigits || id[:len(a.Run)] != a.Run {
		return 0, false
	}
	n := int64(0)
	for _, c := range []byte(id[len(a.Run):]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, n < a.Members
}

// Order is one order of the plan.
type Order struct {
	Number    int64 // 0 to Orders-1
	ID        int64
	Member    int64
	Fate      Fate
	Created   int64 // ms since 1970 UTC
	Completed int64 // …; of one that never is, when it would have been
	Voided    int64 // when it was refunded or cancelled; 0 = it was not
	Late      bool  // completed in the month before the load
	SKU       string
	Bought    int64 // ms, 0 = nothing
}

// Fate is what becomes of an order.
type Fate uint8

// The fates.
const (
	Kept           Fate = iota
	Refunded            // after it was completed
	Cancelled           // and never completed
	CancelledFirst      // and completed all the same
)

// Order makes an order. Its member is chosen so that a few order very often and most do now and then.
func (a *Author) Order(number int64) Order {
	o := Order{Number: number, Member: a.memberOf(number)}
	if dice := a.chance(number, useVoid); within(dice, a.voided) {
		o.Fate = [...]Fate{Refunded, Refunded, Cancelled, CancelledFirst}[dice>>32%4]
	}
	long := a.Over / 4 // of what lies between two moments of an order, at most
	o.Created = a.Start - a.Over + int64(float64(number)/float64(a.Orders)*float64(a.Over/2))
	if o.Late = within(a.chance(number, useLate), a.late); o.Late {
		long = min(long, a.monthLong/4)
		o.Created = a.lastMonth + int64(float64(number)/float64(a.Orders)*float64(a.monthLong/2))
	}
	times := a.chance(number, useTimes)
	o.Completed = o.Created + 1 + int64(times%uint64(long-1))
	switch after := int64(times >> 32 % uint64(long-1)); o.Fate {
	case Refunded:
		o.Voided = o.Completed + 1 + after
		if o.Late { // and of this month, most often
			o.Voided = max(o.Voided, a.Start-1-after)
		}
	case Cancelled, CancelledFirst:
		o.Voided = o.Created + after%(o.Completed-o.Created)
	case Kept:
	}
	if dice := a.chance(number, usePurchase); within(dice, a.purchased) {
		product := a.Rules.Products[dice>>32%uint64(len(a.Rules.Products))]
		o.SKU, o.Bought = product.SKU, a.Start-1-int64(dice>>40%uint64(a.Over/2))
	}
	o.ID = a.id(&o)
	return o
}

// memberOf squares a number below 1, so that the density of orders falls with the root of a member's number.
func (a *Author) memberOf(number int64) int64 {
	dice := a.chance(number, useMember) >> 32
	return int64(dice * dice >> 32 * uint64(a.Members) >> 32)
}

// id is an order id as order services make them (schemas.OrderIDs), of the moment when it was created. No two of a plan are
// the same while at most 4096 orders are made in a millisecond: those of this month are made one after the other, and the late
// ones have a bit of their own.
func (a *Author) id(o *Order) int64 {
	class := o.Number & 0xfff << 1
	if o.Late {
		class |= 1
	}
	gene := int64(schemas.Gene(a.appendMember(nil, o.Member)))
	return (o.Created-orderEpoch)<<23 | class>>5<<15 | gene<<6 | class&0x1f
}

// orderEpoch is 2018-01-01 UTC, ms.
const orderEpoch = 1_514_764_800_000
