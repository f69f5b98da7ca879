package stage

import (
	"context"
	"errors"
)

// mended is the house as a drill wants it, built anew where what is there cannot be mended: Kafka's controllers
// may contradict themselves after a kill, and then start no more.
func (h *House) mended(ctx context.Context) error {
	broken := h.mend(ctx)
	if broken == nil || ctx.Err() != nil {
		return broken
	}
	err := h.Close(ctx)
	h.servers, h.ways, h.kafka = nil, nil, Admin{}
	if err = errors.Join(err, h.Open(ctx)); err != nil {
		return errors.Join(broken, err)
	}
	return nil
}

// mend undoes what a drill that failed has left of its faults: the next one finds every server
// answering and every way open.
func (h *House) mend(ctx context.Context) error {
	var errs []error
	for _, s := range h.servers {
		if s.Alive() {
			errs = append(errs, s.Thaw())
		}
	}
	errs = append(errs, StartAll(ctx, h.servers))
	for _, w := range h.ways {
		errs = append(errs, w.Heal(ctx))
	}
	return errors.Join(errs...)
}
