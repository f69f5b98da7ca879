package schemas

import (
	"strconv"
	"strings"
	"time"
)

// Index names of orders, before the configured prefix.
const (
	OrdersAlias  = "orders"  // reads over all month indices
	ordersPrefix = "orders-" // then the UTC month, YYYY.MM
)

// OrderIndex is the index of an order: orders-YYYY.MM of the UTC month in which its id was made.
//
// Nothing else will do: every event of an order must find the one document, and the id is all that they
// are sure to share; createdAt may be missing in some, and at differs. An id that no generator of ours made is
// filed by the same bits, as good as any: it is found all the same, since no search goes by index. Months
// follow one another as ids do.
func OrderIndex(orderID int64) string {
	return ordersPrefix + time.UnixMilli(SplitOrderID(orderID).At).UTC().Format("2006.01")
}

// IsOrderIndex reports whether an index is one of orders, by its name without the prefix.
func IsOrderIndex(name string) bool { return strings.HasPrefix(name, ordersPrefix) }

// MonthIndex gives the names of order indices and remembers the last one. The zero value is ready. It is
// for one goroutine.
type MonthIndex struct {
	from, to int64 // ms
	name     string
}

// Name is OrderIndex(orderID).
func (m *MonthIndex) Name(orderID int64) string {
	at := SplitOrderID(orderID).At
	if at < m.from || at >= m.to {
		year, month, _ := time.UnixMilli(at).UTC().Date()
		first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
		m.from, m.to, m.name = first.UnixMilli(), first.AddDate(0, 1, 0).UnixMilli(), OrderIndex(orderID)
	}
	return m.name
}

// AppendOrderKey appends the id of an order's document: its decimal digits.
func AppendOrderKey(dst []byte, orderID int64) []byte { return strconv.AppendInt(dst, orderID, 10) }

// ParseOrderID reads an order id: 1 to 2^63-1 in decimal digits, without sign or leading zeros.
func ParseOrderID(text string) (int64, bool) {
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && id > 0 && strconv.FormatInt(id, 10) == text
}
