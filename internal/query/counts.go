package query

import (
	"context"
	"net/http"
	"time"

	"sluice/internal/problem"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// countsAnswer is a member's completed orders, by day and by month of the business calendar.
type countsAnswer struct {
	Days   []dayAnswer   `json:"days"`   // every day that was asked for, also those without orders
	Months []monthAnswer `json:"months"` // every month that these days belong to, each as a whole
}

// counts answers with the orders of some days; without from and to, of this month up to today.
func (q *Query) counts(ctx context.Context, r *http.Request, now time.Time) (any, *problem.Problem, error) {
	p := readParams(r, "from", "to")
	id := memberID(p, r)
	today := q.deps.Rules.Day(now.UnixMilli())
	to := p.date("to", today)
	from := p.date("from", rules.Date{Month: to.Month, Day: 1})
	if len(p.complaints) == 0 {
		switch {
		case from.Month < today.Month.Add(-keptMonths):
			p.complain("from", schemas.CodeOutOfRange, "must be at most 13 months ago")
		case to.Month > today.Month.Add(1):
			p.complain("to", schemas.CodeOutOfRange, "must be in the next month at the latest")
		case before(to, from):
			p.complain("from", schemas.CodeOutOfRange, "must not be after to")
		}
	}
	if complaint := p.problem(); complaint != nil {
		return nil, complaint, nil
	}
	state, err := q.memberState(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	answer := countsAnswer{Days: []dayAnswer{}, Months: []monthAnswer{}}
	for month := from.Month; month <= to.Month; month = month.Add(1) {
		answer.Months = append(answer.Months, monthAnswer{Period: month.String(), Orders: state.Count(month)})
		for n := range q.deps.Rules.Days(month) {
			day := rules.Date{Month: month, Day: n + 1}
			if !before(day, from) && !before(to, day) {
				answer.Days = append(answer.Days, dayAnswer{Date: day.String(), Orders: ordersOn(&state, day)})
			}
		}
	}
	return answer, nil, nil
}

// before says whether a day comes before another.
func before(a, b rules.Date) bool {
	return a.Month < b.Month || a.Month == b.Month && a.Day < b.Day
}
