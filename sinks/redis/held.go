package redis

import (
	"context"
	"fmt"
	"strconv"

	"sluice/schemas"
)

// heldMembers is how many members of a bucket are looked at in one call: while it runs the server does nothing else.
const heldMembers = 64

// Held hands what is held of members to each, in no order and each member once. A bucket that reads back what it lost
// is schemas.ErrRecovering; an error of each ends it and is returned.
func (l *Levels) Held(ctx context.Context, q schemas.HeldQuery, each func(*schemas.Held) error) error {
	b := &l.buckets[q.Bucket]
	seen := map[string]bool{} // a scan may name a member twice
	for cursor := "0"; ; {
		args := []any{l.rules.at(l.cfg.Now().UnixMilli()), q.Member, cursor, heldMembers}
		for _, month := range q.Months {
			args = append(args, monthNumber(month))
		}
		parts, err := l.call(ctx, l.scripts.held, []string{b.head, b.watermarks, b.recovering, b.members, b.due}, args...)
		var page []schemas.Held
		if err == nil {
			cursor, page, err = heldPage(parts, len(q.Months))
		}
		if err != nil {
			return fmt.Errorf("reading what bucket %d holds: %w", q.Bucket, err)
		}
		for i := range page {
			if seen[page[i].Member] {
				continue
			}
			seen[page[i].Member] = true
			if err := each(&page[i]); err != nil {
				return err
			}
		}
		if cursor == "0" {
			return nil
		}
	}
}

// heldPage reads an answer of lua/held.lua.
func heldPage(parts []any, months int) (cursor string, page []schemas.Held, err error) {
	if len(parts) != 2 {
		return "", nil, errAnswer
	}
	cursor, fine := parts[0].(string)
	found, ok := parts[1].([]any)
	if !fine || !ok {
		return "", nil, errAnswer
	}
	page = make([]schemas.Held, len(found))
	for i := range found {
		if err := readHeld(&page[i], found[i], months); err != nil {
			return "", nil, err
		}
	}
	return cursor, page, nil
}

// readHeld reads one member of it.
func readHeld(h *schemas.Held, reply any, months int) error {
	parts, ok := reply.([]any)
	if !ok || len(parts) != 7 {
		return errAnswer
	}
	var fine [6]bool
	var pending, told int64
	var counted []any
	h.Member, fine[0] = parts[0].(string)
	h.Announced, fine[1] = parts[1].(string)
	h.Level, fine[2] = parts[2].(string)
	pending, fine[3] = parts[3].(int64)
	told, fine[4] = parts[4].(int64)
	counted, fine[5] = parts[6].([]any)
	if fine != [6]bool{true, true, true, true, true, true} || len(counted) != months {
		return errAnswer
	}
	h.Pending, h.Told = pending == 1, told == 1
	var err error
	if h.Voids, err = orderIDs(parts[5]); err != nil {
		return err
	}
	h.Counted = make([][]int64, months)
	for i := range counted {
		text, ok := counted[i].(string)
		if !ok {
			return errAnswer
		}
		if err := eachRecord(text, func(order int64, _ int32) { h.Counted[i] = append(h.Counted[i], order) }); err != nil {
			return err
		}
	}
	return nil
}

// orderIDs is an answer that is a list of numbers.
func orderIDs(reply any) ([]int64, error) {
	list, ok := texts(reply)
	if !ok {
		return nil, errAnswer
	}
	var ids []int64
	for _, text := range list {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, errCorrupt
		}
		ids = append(ids, id)
	}
	return ids, nil
}
