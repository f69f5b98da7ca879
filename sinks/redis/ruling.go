package redis

import (
	"context"
	"fmt"

	"sluice/schemas"
)

// Rule brings about limit members of a bucket (at most 1000) under the store's own rules, wherever others were in force: what
// they bought has the rank that the rules sell, and who has another level is announced with the cause "rules". after is "" to
// begin with, then what the step before called Next. A bucket that was brought under these rules before is done at once. A
// fence below that of another ruling is schemas.ErrFenced and changes nothing.
func (l *Levels) Rule(ctx context.Context, bucket int, after string, fence int64, limit int) (schemas.Ruling, error) {
	b := &l.buckets[bucket]
	if after == "" {
		after = "0"
	}
	args := []any{l.rules.at(l.cfg.Now().UnixMilli()), fence, after, min(max(limit, 1), maxTurn)}
	for i := range l.cfg.Rules.Products {
		if product, rank, ok := l.cfg.Rules.Product(l.cfg.Rules.Products[i].SKU); ok {
			args = append(args, product.SKU, rank)
		}
	}
	parts, err := l.call(ctx, l.scripts.rule, []string{b.head, b.watermarks, b.recovering, b.members, b.outbox, b.due, b.raised}, args...)
	if err != nil {
		return schemas.Ruling{}, fmt.Errorf("bringing bucket %d under the rules: %w", bucket, err)
	}
	if len(parts) != 3 {
		return schemas.Ruling{}, fmt.Errorf("bringing bucket %d under the rules: %w", bucket, errAnswer)
	}
	next, fine := parts[0].(string)
	seen, ok := parts[1].(int64)
	announced, well := parts[2].(int64)
	if !fine || !ok || !well {
		return schemas.Ruling{}, fmt.Errorf("bringing bucket %d under the rules: %w", bucket, errAnswer)
	}
	if next == "0" {
		next = ""
	}
	return schemas.Ruling{Next: next, Seen: int(seen), Announced: int(announced)}, nil
}
