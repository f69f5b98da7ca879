package embedded

import (
	"encoding/binary"
	"slices"
	"sort"

	"sluice/schemas"
)

// orders are the orders of one member and month: rows of an id and of a second of that month, sorted by id. They are
// kept in memory as they are on disk.
type orders []byte

const orderRow = 8 + 4 // bytes

func (o orders) count() int { return len(o) / orderRow }

func (o orders) id(at int) int64 { return int64(binary.BigEndian.Uint64(o[at*orderRow:])) }

func (o orders) second(at int) int32 { return int32(binary.BigEndian.Uint32(o[at*orderRow+8:])) }

// find is where an id is, or where it belongs.
func (o orders) find(id int64) (at int, found bool) {
	at = sort.Search(o.count(), func(i int) bool { return o.id(i) >= id })
	return at, at < o.count() && o.id(at) == id
}

// insert puts an id in where find says that it belongs.
func (o orders) insert(at int, id int64, second int32) orders {
	var row [orderRow]byte
	binary.BigEndian.PutUint64(row[:], uint64(id))
	binary.BigEndian.PutUint32(row[8:], uint32(second))
	return slices.Insert(o, at*orderRow, row[:]...)
}

func (o orders) setSecond(at int, second int32) {
	binary.BigEndian.PutUint32(o[at*orderRow+8:], uint32(second))
}

func (o orders) remove(at int) orders { return slices.Delete(o, at*orderRow, (at+1)*orderRow) }

// monthly are the orders of a member by month, the latest month last; a month without one is not there.
type monthly []monthOrders

type monthOrders struct {
	month  schemas.Month
	orders orders
}

// of are the orders of a month.
func (m monthly) of(month schemas.Month) orders {
	if at, found := m.at(month); found {
		return m[at].orders
	}
	return nil
}

func (m monthly) at(month schemas.Month) (int, bool) {
	return slices.BinarySearchFunc(m, month, func(have monthOrders, want schemas.Month) int { return int(have.month - want) })
}

// find looks for an order in all months.
func (m monthly) find(id int64) (month, at int, found bool) {
	for i, of := range slices.Backward(m) { // most often it is in the latest
		if at, found := of.orders.find(id); found {
			return i, at, true
		}
	}
	return 0, 0, false
}

// add puts an order into a month, which must not have it.
func (m monthly) add(month schemas.Month, id int64, second int32) monthly {
	i, found := m.at(month)
	if !found {
		m = slices.Insert(m, i, monthOrders{month: month})
	}
	at, _ := m[i].orders.find(id)
	m[i].orders = m[i].orders.insert(at, id, second)
	return m
}

// remove takes away what find found.
func (m monthly) remove(month, at int) monthly {
	if m[month].orders = m[month].orders.remove(at); len(m[month].orders) == 0 {
		m = slices.Delete(m, month, month+1)
	}
	return m
}

// before reports whether there is a month before one.
func (m monthly) before(month schemas.Month) bool { return len(m) > 0 && m[0].month < month }

// since drops the months before one.
func (m monthly) since(month schemas.Month) monthly {
	at, _ := m.at(month)
	return slices.Delete(m, 0, at)
}
