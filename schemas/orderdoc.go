package schemas

import (
	"encoding/json"
	"errors"
	"strconv"
)

// AppendOrder appends the document of an order: one line, absent fields left out, the order id as a
// number. Equal orders have equal documents.
func AppendOrder(dst []byte, o *Order) []byte {
	dst = strconv.AppendInt(append(dst, `{"orderId":`...), o.OrderID, 10)
	dst = appendString(dst, `,"memberId":`, o.MemberID)
	dst = appendString(dst, `,"driverId":`, o.DriverID)
	dst = appendString(dst, `,"type":`, o.Type)
	dst = appendTime(dst, `,"ts":`, o.TS)
	dst = appendTime(dst, `,"createdAt":`, o.CreatedAt)
	dst = appendTime(dst, `,"completedAt":`, o.CompletedAt)
	dst = appendTime(dst, `,"cancelledAt":`, o.CancelledAt)
	dst = appendTime(dst, `,"refundedAt":`, o.RefundedAt)
	if o.Amount != nil {
		dst = strconv.AppendInt(append(dst, `,"amount":`...), *o.Amount, 10)
	}
	dst = appendString(dst, `,"city":`, o.City)
	dst = appendString(dst, `,"text":`, o.Text)
	dst = appendTime(dst, `,"memberSaid":`, o.MemberSaid)
	dst = appendTime(dst, `,"driverSaid":`, o.DriverSaid)
	dst = appendTime(dst, `,"amountSaid":`, o.AmountSaid)
	dst = appendTime(dst, `,"citySaid":`, o.CitySaid)
	dst = appendTime(dst, `,"textSaid":`, o.TextSaid)
	return append(dst, '}')
}

func appendString(dst []byte, key, text string) []byte {
	if text == "" {
		return dst
	}
	return appendText(append(dst, key...), []byte(text))
}

func appendTime(dst []byte, key string, ms int64) []byte {
	if ms == 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, key...), ms, 10)
}

var errOrderDocument = errors.New("not the document of an order")

// ParseOrder reads what AppendOrder has written, and the same fields in any other form of JSON. The error does not repeat it.
func ParseOrder(body []byte) (Order, error) {
	var o Order
	if !o.scan(string(body)) {
		var general Order // so that o needs no memory of its own
		if json.Unmarshal(body, &general) != nil {
			return Order{}, errOrderDocument
		}
		o = general
	}
	if o.OrderID <= 0 || o.MemberID == "" {
		return Order{}, errOrderDocument
	}
	return o, nil
}

// MergeOrders appends to dst the document of what two documents of one order know, and says whether
// that is more than held knew; when it is not, dst is returned as it came. held is nil when there is none yet.
func MergeOrders(dst, held, fresh []byte) (merged []byte, changed bool, err error) {
	p, err := ParseOrder(fresh)
	if err != nil {
		return dst, false, err
	}
	if held == nil {
		return AppendOrder(dst, &p), true, nil
	}
	o, err := ParseOrder(held)
	switch {
	case err != nil:
		return dst, false, err
	case o.OrderID != p.OrderID:
		return dst, false, errOrderDocument
	case !o.Merge(&p):
		return dst, false, nil
	}
	return AppendOrder(dst, &o), true, nil
}
