package stage

import (
	"context"
	"errors"
)

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
