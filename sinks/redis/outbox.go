package redis

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"sluice/schemas"
)

// Waiting lists the buckets whose outbox has an entry.
func (l *Levels) Waiting(ctx context.Context) ([]int, error) {
	pipe := l.client.Pipeline()
	sizes := make([]*goredis.IntCmd, len(l.buckets))
	for i := range l.buckets {
		sizes[i] = pipe.XLen(ctx, l.buckets[i].outbox)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("looking at the outboxes: %w", failed(ctx, err))
	}
	var waiting []int
	for i, size := range sizes {
		if size.Val() > 0 {
			waiting = append(waiting, i)
		}
	}
	return waiting, nil
}

// Outbox is the first entries of a bucket, at most limit, oldest first. Of one that is not in our form the value is empty.
func (l *Levels) Outbox(ctx context.Context, bucket, limit int) ([]schemas.OutboxEntry, error) {
	found, err := l.client.XRangeN(ctx, l.buckets[bucket].outbox, "-", "+", int64(limit)).Result()
	if err != nil {
		return nil, fmt.Errorf("reading the outbox of bucket %d: %w", bucket, failed(ctx, err))
	}
	entries := make([]schemas.OutboxEntry, len(found))
	for i, message := range found {
		if entries[i], err = entryOf(message); err != nil {
			return nil, fmt.Errorf("reading the outbox of bucket %d, entry %s: %w", bucket, message.ID, err)
		}
	}
	return entries, nil
}

// Trim removes entries by their ids; one that is not there is no error.
func (l *Levels) Trim(ctx context.Context, bucket int, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	if err := l.client.XDel(ctx, l.buckets[bucket].outbox, ids...).Err(); err != nil {
		return fmt.Errorf("trimming the outbox of bucket %d: %w", bucket, failed(ctx, err))
	}
	return nil
}

// entryOf reads an entry: a change of level as lua/announce.lua writes it ("l"), or a coupon as JSON ("c") with the
// member ("k") and the moment ("at").
func entryOf(message goredis.XMessage) (schemas.OutboxEntry, error) {
	entry := schemas.OutboxEntry{ID: message.ID}
	field := func(name string) string {
		text, _ := message.Values[name].(string) // absent is empty, and found out below
		return text
	}
	if line := field("l"); line != "" {
		change, err := changeOf(line)
		if err != nil {
			return entry, err
		}
		entry.Topic, entry.Key, entry.At = schemas.TopicLevels, []byte(change.MemberID), change.At
		entry.Value = schemas.AppendLevelJSON(nil, &change)
		return entry, nil
	}
	at, err := strconv.ParseInt(field("at"), 10, 64)
	if err != nil || field("c") == "" {
		return entry, errCorrupt
	}
	entry.Topic, entry.Key, entry.Value, entry.At = schemas.TopicCoupons, []byte(field("k")), []byte(field("c")), at
	return entry, nil
}

// changeOf reads a change of level as it rests: a line for each field, the member last since an id may hold anything.
func changeOf(text string) (schemas.LevelChanged, error) {
	const fields = 12
	f := strings.SplitN(text, "\n", fields)
	if len(f) != fields {
		return schemas.LevelChanged{}, errCorrupt
	}
	c := schemas.LevelChanged{From: f[0], To: f[1], Cause: f[2], Period: f[3], OrderID: f[5], Ruleset: f[10], MemberID: f[11]}
	for at, into := range map[int]*int64{6: &c.Epoch, 7: &c.Version, 8: &c.At, 9: &c.ValidUntil} {
		n, err := strconv.ParseInt(f[at], 10, 64)
		if err != nil {
			return c, errCorrupt
		}
		*into = n
	}
	orders, err := strconv.Atoi(f[4])
	if err != nil {
		return c, errCorrupt
	}
	c.Orders = orders
	return c, nil
}
