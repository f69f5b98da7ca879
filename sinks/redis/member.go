package redis

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"sluice/schemas"
)

// Member is all that is known of one member, from the primary, as of one moment. It is schemas.ErrRecovering when the
// bucket may be short of events.
func (l *Levels) Member(ctx context.Context, id string) (schemas.MemberState, error) {
	state := schemas.MemberState{MemberID: id}
	b := &l.buckets[l.bucket([]byte(id))]
	first := monthNumber(l.rules.window(l.cfg.Now().UnixMilli()).first)
	parts, err := l.call(ctx, l.scripts.member, []string{b.head, b.watermarks, b.recovering, b.members}, id, first)
	if err == nil {
		err = l.readMember(&state, parts)
	}
	if err != nil {
		state.Recovering = errors.Is(err, schemas.ErrRecovering)
		return state, fmt.Errorf("reading a member: %w", err)
	}
	return state, nil
}

// readMember reads the answer of lua/member.lua.
func (l *Levels) readMember(state *schemas.MemberState, parts []any) error {
	if len(parts) != 5 {
		return errAnswer
	}
	epoch, fine := parts[0].(int64)
	state.Epoch = epoch
	if text, ok := parts[1].(string); ok {
		version, announced, err := packed(text)
		if err != nil {
			return err
		}
		state.Version, state.Announced = version, announced
	}
	history, fineHistory := texts(parts[2])
	bought, fineBought := texts(parts[3])
	months, fineMonths := parts[4].([]any)
	if !fine || !fineHistory || !fineBought || !fineMonths || len(bought)%2 != 0 || len(months)%2 != 0 {
		return errAnswer
	}
	for _, line := range history {
		change, err := changeOf(line)
		if err != nil {
			return err
		}
		state.History = append(state.History, change)
	}
	oldest := l.rules.window(l.cfg.Now().UnixMilli()).start
	for i := 0; i < len(bought); i += 2 {
		m, err := membershipOf(bought[i], bought[i+1])
		if err != nil {
			return err
		}
		if m.Until > oldest {
			state.Memberships = append(state.Memberships, m)
		}
	}
	slices.SortFunc(state.Memberships, byBegin)
	for i := len(months) - 2; i >= 0; i -= 2 {
		if err := l.readMonth(state, months[i], months[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (l *Levels) readMonth(state *schemas.MemberState, name, records any) error {
	digits, ok := name.(string)
	text, fine := records.(string)
	n, err := strconv.Atoi(digits)
	if !ok || !fine || err != nil {
		return errAnswer
	}
	r, month := l.cfg.Rules, schemas.Month(n)
	orders := schemas.MonthOrders{Month: month, Days: make([]int, r.Days(month))}
	err = eachRecord(text, func(_ int64, second int32) {
		orders.Orders++
		orders.Days[r.DayOf(month, second)-1]++
	})
	state.Months = append(state.Months, orders)
	return err
}

// eachRecord reads records of lua/form.lua.
func eachRecord(text string, each func(order int64, second int32)) error {
	const size = 8 + 4
	if len(text)%size != 0 {
		return errCorrupt
	}
	for ; text != ""; text = text[size:] {
		record := []byte(text[:size])
		order, second := binary.LittleEndian.Uint64(record), binary.LittleEndian.Uint32(record[8:])
		if order > math.MaxInt64 || second > math.MaxInt32 {
			return errCorrupt
		}
		each(int64(order), int32(second))
	}
	return nil
}

// packed reads what a reader needs of lua/form.lua: the version and the level announced.
func packed(state string) (version int64, announced string, err error) {
	const (
		before  = 1 + 4 + 2 + 8 + 3*2 // the version
		numbers = before + 4 + 2*8
	)
	if len(state) <= numbers || state[0] != form || len(state) < numbers+1+int(state[numbers]) {
		return 0, "", errCorrupt
	}
	version = int64(binary.LittleEndian.Uint32([]byte(state[before : before+4])))
	return version, state[numbers+1 : numbers+1+int(state[numbers])], nil
}

// errCorrupt says that a key of ours holds what we did not put there.
var errCorrupt = errors.New("what is kept is not in our form")

// membershipOf reads what lua/purchases.lua keeps of a purchase: rank, from, until, sku.
func membershipOf(id, value string) (schemas.Membership, error) {
	m := schemas.Membership{PurchaseID: id}
	fields := strings.SplitN(value, " ", 4)
	if len(fields) != 4 {
		return m, errCorrupt
	}
	var errs [3]error
	m.Rank, errs[0] = strconv.Atoi(fields[0])
	m.From, errs[1] = strconv.ParseInt(fields[1], 10, 64)
	m.Until, errs[2] = strconv.ParseInt(fields[2], 10, 64)
	m.SKU = fields[3]
	if errors.Join(errs[:]...) != nil || m.Rank > math.MaxInt8 {
		return m, errCorrupt
	}
	return m, nil
}

func byBegin(a, b schemas.Membership) int {
	switch {
	case a.From != b.From:
		return int(max(-1, min(1, a.From-b.From)))
	default:
		return strings.Compare(a.PurchaseID, b.PurchaseID)
	}
}

// texts is an answer that is a list of texts.
func texts(reply any) ([]string, bool) {
	parts, ok := reply.([]any)
	if !ok {
		return nil, false
	}
	list := make([]string, len(parts))
	for i, part := range parts {
		if list[i], ok = part.(string); !ok {
			return nil, false
		}
	}
	return list, true
}
