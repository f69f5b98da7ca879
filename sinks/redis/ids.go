package redis

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"sluice/schemas"
)

// digestMembers is how many members of a bucket are looked at in one call.
const digestMembers = 500

// Digest is the digest of the orders that count in a month, of all members of a bucket. It is not of one
// moment: what changes meanwhile may be in it or not.
func (l *Levels) Digest(ctx context.Context, bucket int, month schemas.Month) (schemas.OrderDigest, error) {
	b := &l.buckets[bucket]
	var digest schemas.OrderDigest
	seen := map[string]bool{} // a scan may name a member twice
	for cursor := "0"; ; {
		parts, err := l.call(ctx, l.scripts.digest, []string{b.head, b.watermarks, b.recovering, b.members}, monthDigits(month), cursor, digestMembers)
		if err == nil {
			cursor, err = addDigest(&digest, seen, parts)
		}
		if err != nil {
			return schemas.OrderDigest{}, fmt.Errorf("digesting %s of bucket %d: %w", month, bucket, err)
		}
		if cursor == "0" {
			return digest, nil
		}
	}
}

// addDigest adds one answer of lua/digest.lua.
func addDigest(digest *schemas.OrderDigest, seen map[string]bool, parts []any) (cursor string, err error) {
	if len(parts) != 2 {
		return "", errAnswer
	}
	cursor, fine := parts[0].(string)
	found, ok := parts[1].([]any)
	if !fine || !ok || len(found)%2 != 0 {
		return "", errAnswer
	}
	for i := 0; i < len(found); i += 2 {
		member, fine := found[i].(string)
		ids, err := orderIDs(found[i+1])
		if !fine || err != nil {
			return "", errAnswer
		}
		if seen[member] {
			continue
		}
		seen[member] = true
		for _, id := range ids {
			digest.Add([]byte(member), id)
		}
	}
	return cursor, nil
}

// IDs is what is held of a member's month, in the order of the ids.
func (l *Levels) IDs(ctx context.Context, member string, month schemas.Month) (schemas.OrderIDSet, error) {
	b := &l.buckets[l.bucket([]byte(member))]
	parts, err := l.call(ctx, l.scripts.ids, []string{b.head, b.watermarks, b.recovering}, member, monthDigits(month))
	if err != nil {
		return schemas.OrderIDSet{}, fmt.Errorf("reading a member's orders: %w", err)
	}
	var set schemas.OrderIDSet
	if len(parts) != 2 {
		return set, fmt.Errorf("reading a member's orders: %w", errAnswer)
	}
	counted, err := orderIDs(parts[0])
	if err == nil {
		set.Void, err = orderIDs(parts[1])
	}
	if err != nil || len(counted)%2 != 0 {
		return schemas.OrderIDSet{}, fmt.Errorf("reading a member's orders: %w", errAnswer)
	}
	for pair := range slices.Chunk(counted, 2) {
		set.Counted = append(set.Counted, schemas.CountedOrder{ID: pair[0], Second: int32(pair[1])})
	}
	slices.Sort(set.Void)
	slices.SortFunc(set.Counted, func(a, b schemas.CountedOrder) int { return cmp.Compare(a.ID, b.ID) })
	return set, nil
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

func monthDigits(m schemas.Month) string { return fmt.Sprintf("%06d", int32(m)) }
