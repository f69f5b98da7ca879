package schemas

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// scan reads a document that is written just as AppendOrder writes it, which nearly all are: fields in their order, nothing
// between them, nothing escaped. It gives up with false on any other, and json.Unmarshal reads that from the start: what is
// accepted here must be what that one accepts, with the same result. Texts are parts of body.
func (o *Order) scan(body string) bool {
	s := orderScanner{rest: body}
	if !s.number(`{"orderId":`, &o.OrderID) { // with which the document opens: "}" alone is none
		return false
	}
	s.text(`,"memberId":`, &o.MemberID)
	s.text(`,"driverId":`, &o.DriverID)
	s.text(`,"type":`, &o.Type)
	s.number(`,"ts":`, &o.TS)
	s.number(`,"createdAt":`, &o.CreatedAt)
	s.number(`,"completedAt":`, &o.CompletedAt)
	s.number(`,"cancelledAt":`, &o.CancelledAt)
	s.number(`,"refundedAt":`, &o.RefundedAt)
	var amount int64
	if s.number(`,"amount":`, &amount) {
		o.Amount = &amount
	}
	s.text(`,"city":`, &o.City)
	s.text(`,"text":`, &o.Text)
	s.number(`,"memberSaid":`, &o.MemberSaid)
	s.number(`,"driverSaid":`, &o.DriverSaid)
	s.number(`,"amountSaid":`, &o.AmountSaid)
	s.number(`,"citySaid":`, &o.CitySaid)
	s.number(`,"textSaid":`, &o.TextSaid)
	return s.rest == "}"
}

// orderScanner is what is left of a document. At anything that it does not know it stays, and so never comes to the end.
type orderScanner struct{ rest string }

// number reads a field if it is next, and reports whether it was.
func (s *orderScanner) number(key string, into *int64) bool {
	value, found := strings.CutPrefix(s.rest, key)
	if !found {
		return false
	}
	end := 0
	for end < len(value) && (value[end]-'0' <= 9 || value[end] == '-') {
		end++
	}
	digits := strings.TrimPrefix(value[:end], "-")
	if digits == "" || digits[0] == '0' && len(digits) > 1 {
		return false
	}
	n, err := strconv.ParseInt(value[:end], 10, 64)
	if err != nil {
		return false
	}
	*into, s.rest = n, value[end:]
	return true
}

// text reads a field if it is next.
func (s *orderScanner) text(key string, into *string) {
	value, found := strings.CutPrefix(s.rest, key)
	if !found || value == "" || value[0] != '"' {
		return
	}
	value = value[1:]
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '"':
			if utf8.ValidString(value[:i]) {
				*into, s.rest = value[:i], value[i+1:]
			}
			return
		case c == '\\' || c < ' ':
			return
		}
	}
}
