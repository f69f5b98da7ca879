package query

import (
	"context"
	"net/http"
	"time"

	"sluice/internal/problem"
	"sluice/schemas"
)

// keptMonths is how many months before the present one a store of member state can be asked about.
const keptMonths = 13

// memberAnswer is a member's level at a moment, why, and until when.
type memberAnswer struct {
	MemberID   string           `json:"memberId"`
	At         int64            `json:"at"` // the moment, ms
	Level      string           `json:"level"`
	Rank       int              `json:"rank"`
	Privileges []string         `json:"privileges"`
	Source     *string          `json:"source"`     // null: the base level
	ValidUntil *int64           `json:"validUntil"` // null: for good
	Month      monthAnswer      `json:"month"`      // of the moment
	Today      dayAnswer        `json:"today"`      // of the moment
	Earned     *monthAnswer     `json:"earned"`     // the month whose orders give the level; null unless orders do
	Next       *nextLevel       `json:"next"`       // null: there is none above, or the moment has passed
	Membership *membershipState `json:"membership"`
	Epoch      int64            `json:"epoch"`
	Version    int64            `json:"version"`
	Ruleset    string           `json:"ruleset"`
}

type monthAnswer struct {
	Period string `json:"period"`
	Orders int    `json:"orders"`
}

type dayAnswer struct {
	Date   string `json:"date"`
	Orders int    `json:"orders"`
}

// nextLevel is the level above, and how many more orders of this month it takes.
type nextLevel struct {
	Level        string `json:"level"`
	OrdersNeeded int    `json:"ordersNeeded"`
}

// membershipState is a paid level that runs.
type membershipState struct {
	PurchaseID string `json:"purchaseId"`
	SKU        string `json:"sku"`
	Level      string `json:"level"`
	From       int64  `json:"from"`
	Until      int64  `json:"until"`
}

// member answers with a member's level now, at a moment of the past, or at one to come.
func (q *Query) member(ctx context.Context, r *http.Request, now time.Time) (any, *problem.Problem, error) {
	p := readParams(r, "at")
	id := memberID(p, r)
	at := p.integer("at", now.UnixMilli(), schemas.MinTS, schemas.MaxTS-1)
	if len(p.complaints) == 0 && at < q.oldest(now) {
		p.complain("at", schemas.CodeOutOfRange, "must be at most 13 months ago")
	}
	if complaint := p.problem(); complaint != nil {
		return nil, complaint, nil
	}
	state, err := q.memberState(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	m := moment{rules: q.deps.Rules, state: &state, at: at, past: at < now.UnixMilli()}
	return m.answer(id), nil, nil
}

func memberID(p *params, r *http.Request) string {
	id := r.PathValue("id")
	p.checkText("id", id, schemas.MaxTextBytes)
	return id
}

// memberState reads a state that is whole.
func (q *Query) memberState(ctx context.Context, id string) (schemas.MemberState, error) {
	state, err := q.deps.Members.Member(ctx, id)
	if err == nil && state.Recovering {
		err = schemas.ErrRecovering
	}
	return state, err
}

// oldest is the first moment that can be asked about, ms.
func (q *Query) oldest(now time.Time) int64 {
	return q.deps.Rules.Start(q.deps.Rules.Month(now.UnixMilli()).Add(-keptMonths))
}

// levelsAnswer is the changes of a member's level, the last one first.
type levelsAnswer struct {
	Changes   []schemas.LevelChanged `json:"changes"`
	Truncated bool                   `json:"truncated"` // older ones are forgotten
}

func (q *Query) levels(ctx context.Context, r *http.Request, _ time.Time) (any, *problem.Problem, error) {
	p := readParams(r)
	id := memberID(p, r)
	if complaint := p.problem(); complaint != nil {
		return nil, complaint, nil
	}
	state, err := q.memberState(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	n := len(state.History)
	answer := levelsAnswer{Changes: make([]schemas.LevelChanged, n), Truncated: n >= schemas.MaxHistory}
	for i := range state.History {
		answer.Changes[n-1-i] = state.History[i]
	}
	return answer, nil, nil
}
