package relay

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"

	"sluice/schemas"
)

// empty publishes a bucket's entries, page by page, until none is left or one fails.
func (r *Relay) empty(ctx context.Context, bucket int) error {
	for ctx.Err() == nil {
		page, err := r.read(ctx, bucket)
		if err != nil || len(page) == 0 {
			return err
		}
		acked, failed := r.publish(ctx, bucket, page)
		if err := errors.Join(failed, r.trim(ctx, bucket, acked)); err != nil {
			return err
		}
		if len(page) < r.cfg.Page {
			r.desk.head(bucket, 0)
			return nil
		}
	}
	return nil
}

func (r *Relay) read(ctx context.Context, bucket int) ([]schemas.OutboxEntry, error) {
	call, cancel := context.WithTimeout(ctx, r.cfg.CallTimeout)
	defer cancel()
	page, err := r.deps.Store.Outbox(call, bucket, r.cfg.Page)
	if err != nil {
		if ctx.Err() == nil {
			r.deps.Observer.RelayFailed("", "", fmt.Errorf("reading bucket %d: %w", bucket, err))
		}
		return nil, err
	}
	if len(page) > 0 {
		r.desk.head(bucket, page[0].At)
	}
	return page, nil
}

// trim removes what has arrived. It does so although the relay stops: what is left would be published again.
func (r *Relay) trim(ctx context.Context, bucket int, acked []*schemas.OutboxEntry) error {
	if len(acked) == 0 {
		return nil
	}
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.CallTimeout)
	defer cancel()
	ids := make([]string, len(acked))
	keys := make(map[string]bool, len(acked))
	for i, e := range acked {
		ids[i], keys[identity(e)] = e.ID, true
	}
	if err := r.deps.Store.Trim(call, bucket, ids); err != nil {
		r.desk.keep(bucket, keys)
		r.deps.Observer.RelayFailed("", "", fmt.Errorf("trimming bucket %d: %w", bucket, err))
		return err
	}
	r.desk.keep(bucket, nil)
	return nil
}

// identity tells an entry from another that has its id: a store that lost its data may give an id again.
func identity(e *schemas.OutboxEntry) string {
	h := fnv.New64a()
	_, _ = h.Write(e.Value) // it never fails
	return e.ID + "/" + strconv.FormatUint(h.Sum64(), 36)
}
