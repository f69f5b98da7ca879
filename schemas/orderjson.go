package schemas

import "strconv"

// The bounds of an order event, beside those that it shares with a ping.
const (
	// MaxOrderText is the longest text of a customer, in bytes of UTF-8.
	MaxOrderText = 4 << 10
	// MaxAmount bounds an amount either way, fen: what a JavaScript number holds exactly.
	MaxAmount = 1<<53 - 1
)

// The places of an order event's form.
const (
	orderOrderID = iota
	orderMemberID
	orderDriverID
	orderType
	orderAt
	orderCreatedAt
	orderAmount
	orderCity
	orderText
)

//nolint:gochecknoglobals // a constant table
var orderForm = form{
	orderOrderID:   {"orderId", kindID, true},
	orderMemberID:  {"memberId", kindText, true},
	orderDriverID:  {"driverId", kindText, false},
	orderType:      {"type", kindText, true},
	orderAt:        {"at", kindInteger, true},
	orderCreatedAt: {"createdAt", kindInteger, false},
	orderAmount:    {"amount", kindInteger, false},
	orderCity:      {"city", kindText, false},
	orderText:      {"text", kindText, false},
}

// DecodeOrder reads the JSON of an order event into e, which it resets first. Texts of e alias value,
// unless they had to be unescaped. Every error is a *FieldError, after which e is not to be used.
//
// orderId is a text of digits or a number. A null is an absent field, and so are an empty optional text
// and 0 as createdAt. It is as strict as DecodePing, and knows the same limits.
func DecodeOrder(e *OrderEvent, value []byte) error {
	var c cells
	if err := orderForm.read(&c, value); err != nil {
		return err
	}
	return e.fill(&c)
}

// fill makes e what was read, within its bounds.
func (e *OrderEvent) fill(c *cells) error {
	*e = OrderEvent{
		OrderID: c.numbers[orderOrderID], MemberID: c.texts[orderMemberID], DriverID: c.texts[orderDriverID],
		At: c.numbers[orderAt], CreatedAt: c.numbers[orderCreatedAt],
		Amount: c.numbers[orderAmount], HasAmount: c.have.has(orderAmount),
		City: c.texts[orderCity], Text: c.texts[orderText], Unknown: c.unknown,
	}
	if err := checkText("memberId", e.MemberID); err != nil {
		return err
	}
	if err := checkText("driverId", e.DriverID); err != nil {
		return err
	}
	var ok bool
	if e.Type, ok = ParseOrderType(c.texts[orderType]); !ok {
		return &FieldError{CodeUnknownEnum, "type", "not one of created, completed, cancelled, refunded"}
	}
	if err := checkTime("at", e.At); err != nil {
		return err
	}
	if e.CreatedAt != 0 {
		if err := checkTime("createdAt", e.CreatedAt); err != nil {
			return err
		}
	}
	if e.Amount > MaxAmount || e.Amount < -MaxAmount {
		return outOfRange("amount", "not within 9007199254740991 either way")
	}
	if err := checkText("city", e.City); err != nil {
		return err
	}
	return checkProse("text", e.Text)
}

// AppendOrderJSON appends the canonical JSON of an order event, without a line break: the order id as
// text, since 63 bits do not fit the numbers of JavaScript; absent fields left out.
func AppendOrderJSON(dst []byte, e *OrderEvent) []byte {
	dst = strconv.AppendInt(append(dst, `{"orderId":"`...), e.OrderID, 10)
	dst = appendText(append(dst, `","memberId":`...), e.MemberID)
	dst = appendOptionalText(dst, `,"driverId":`, e.DriverID)
	dst = append(append(dst, `,"type":"`...), e.Type.String()...)
	dst = strconv.AppendInt(append(dst, `","at":`...), e.At, 10)
	if e.CreatedAt != 0 {
		dst = strconv.AppendInt(append(dst, `,"createdAt":`...), e.CreatedAt, 10)
	}
	if e.HasAmount {
		dst = strconv.AppendInt(append(dst, `,"amount":`...), e.Amount, 10)
	}
	dst = appendOptionalText(dst, `,"city":`, e.City)
	dst = appendOptionalText(dst, `,"text":`, e.Text)
	return append(dst, '}')
}

// appendOptionalText appends a text with its key, nothing when it is empty.
func appendOptionalText(dst []byte, key string, text []byte) []byte {
	if len(text) == 0 {
		return dst
	}
	return appendText(append(dst, key...), text)
}
