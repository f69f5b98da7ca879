package query

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"sluice/internal/problem"
	"sluice/schemas"
)

// maxQuestionBytes is the longest text that is looked for in texts.
const maxQuestionBytes = 256

// orderAnswer is an order on the wire. Every key is always there; null means that no event said it.
type orderAnswer struct {
	OrderID     string  `json:"orderId"` // text: 63 bits do not fit the numbers of JavaScript
	MemberID    string  `json:"memberId"`
	DriverID    *string `json:"driverId"`
	Type        string  `json:"type"`
	At          int64   `json:"at"` // when it came to be of that type
	CreatedAt   *int64  `json:"createdAt"`
	CompletedAt *int64  `json:"completedAt"`
	CancelledAt *int64  `json:"cancelledAt"`
	RefundedAt  *int64  `json:"refundedAt"`
	Amount      *int64  `json:"amount"`
	City        *string `json:"city"`
	Text        *string `json:"text"`
}

func orderOf(o *schemas.Order) orderAnswer {
	return orderAnswer{
		OrderID: strconv.FormatInt(o.OrderID, 10), MemberID: o.MemberID, DriverID: textOrNull(o.DriverID), Type: o.Type, At: o.At(),
		CreatedAt: timeOrNull(o.CreatedAt), CompletedAt: timeOrNull(o.CompletedAt),
		CancelledAt: timeOrNull(o.CancelledAt), RefundedAt: timeOrNull(o.RefundedAt),
		Amount: o.Amount, City: textOrNull(o.City), Text: textOrNull(o.Text),
	}
}

// timeOrNull is a time in ms; 0 is none.
func timeOrNull(ms int64) *int64 {
	if ms == 0 {
		return nil
	}
	return &ms
}

// order answers with what is known of one order.
func (q *Query) order(ctx context.Context, r *http.Request, _ time.Time) (any, *problem.Problem, error) {
	p := readParams(r)
	id, ok := schemas.ParseOrderID(r.PathValue("orderId"))
	if !ok {
		p.complain("orderId", schemas.CodeWrongType, "must be a whole number above 0 of at most 63 bits")
	}
	if complaint := p.problem(); complaint != nil {
		return nil, complaint, nil
	}
	found, err := q.deps.Orders.Order(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	return orderOf(&found), nil, nil
}

// ordersAnswer is one page of orders, newest first.
type ordersAnswer struct {
	Orders    []orderAnswer `json:"orders"`
	Next      *string       `json:"next"`      // null = that was the last page
	Truncated bool          `json:"truncated"` // there is a next page
}

func (q *Query) orders(ctx context.Context, r *http.Request, _ time.Time) (any, *problem.Problem, error) {
	p := readParams(r, "memberId", "driverId", "type", "city", "q", "from", "to", "limit", "cursor")
	question := schemas.OrdersQuery{
		MemberID: p.text("memberId", schemas.MaxTextBytes),
		DriverID: p.text("driverId", schemas.MaxTextBytes),
		Type: p.choice("type", schemas.OrderCreated.String(), schemas.OrderCompleted.String(),
			schemas.OrderCancelled.String(), schemas.OrderRefunded.String()),
		City:   p.text("city", schemas.MaxTextBytes),
		Words:  p.words("q"),
		From:   p.integer("from", 0, schemas.MinTS, schemas.MaxTS),
		To:     p.integer("to", 0, schemas.MinTS, schemas.MaxTS),
		Limit:  int(p.integer("limit", int64(q.cfg.OrdersLimit), 1, int64(q.cfg.MaxOrdersLimit))),
		Cursor: p.text("cursor", maxCursorBytes),
	}
	if len(p.complaints) == 0 && question.From != 0 && question.To != 0 && question.From >= question.To {
		p.complain("from", schemas.CodeOutOfRange, "must be before to")
	}
	if complaint := p.problem(); complaint != nil {
		return nil, complaint, nil
	}
	found, err := q.deps.Orders.Orders(ctx, question)
	if err != nil {
		return nil, nil, err
	}
	answer := ordersAnswer{Orders: make([]orderAnswer, len(found.Orders)), Next: textOrNull(found.Next), Truncated: found.Next != ""}
	for i := range found.Orders {
		answer.Orders[i] = orderOf(&found.Orders[i])
	}
	return answer, nil, nil
}

// words are the words of a text to look for.
func (p *params) words(name string) []string {
	text := p.text(name, maxQuestionBytes)
	words, ok := schemas.QueryWords(text)
	if !ok && text != "" {
		p.complain(name, schemas.CodeOutOfRange, "must hold a letter or a digit")
	}
	return words
}
