package requeue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"sluice/schemas"
)

// Requeuer puts letters back, or drops them.
type Requeuer struct {
	cfg    Config
	writer Writer
	watch  Watcher
}

// New checks the configuration.
func New(cfg Config, writer Writer, watch Watcher) (*Requeuer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configuring requeueing: %w", err)
	}
	return &Requeuer{cfg: cfg, writer: writer, watch: watch}, nil
}

// job is one run over one box.
type job struct {
	*Requeuer
	box    *Box
	marker *marker
	given  int64 // to be dealt with, for the limit

	done, failed, hopeless, settled atomic.Int64
}

func (r *Requeuer) job(box *Box, what string) *job {
	return &job{Requeuer: r, box: box, marker: &marker{writer: r.writer, topic: box.topic, what: what, who: r.cfg.Who}}
}

// Drop marks the letters of a box that the filter wants as dropped; nothing is published
// to their topics. It ends between two letters when ctx does.
func (r *Requeuer) Drop(ctx context.Context, box *Box) (Summary, error) {
	j := r.job(box, schemas.MarkDropped)
	err := j.walk(ctx, func(letter *Letter) error {
		if !r.cfg.DryRun {
			if err := j.marker.add(ctx, letter.ID); err != nil {
				return err
			}
		}
		j.done.Add(1)
		r.watch.Settled(letter.ID, nil)
		return nil
	})
	return j.end(ctx, err)
}

// Requeue publishes the letters of a box that the filter wants on their own topic, and then
// marks them. Letters of one key go in their order. It ends between two letters when ctx does:
// what is under way is finished and marked. A writer that stays away ends it with an error.
func (r *Requeuer) Requeue(ctx context.Context, box *Box) (Summary, error) {
	j := r.job(box, schemas.MarkRequeued)
	if r.cfg.DryRun {
		return j.end(ctx, j.walk(ctx, func(letter *Letter) error {
			if j.fit(letter) {
				j.done.Add(1)
				r.watch.Settled(letter.ID, nil)
			}
			return nil
		}))
	}
	return j.end(ctx, j.route(ctx))
}

// end writes the last marks and says what was done.
func (j *job) end(ctx context.Context, err error) (Summary, error) {
	err = errors.Join(err, j.marker.flush(ctx))
	return Summary{Done: j.done.Load(), Failed: j.failed.Load(), Hopeless: j.hopeless.Load(), Settled: j.settled.Load()}, err
}

// todo says whether a letter is to be dealt with. Echoes are dropped with the others, and requeued only when
// they are named.
func (j *job) todo(state State) bool {
	return state == Open || state == Echo && (j.marker.what == schemas.MarkDropped || len(j.cfg.Filter.IDs) > 0)
}

// walk gives the letters that are wanted, up to the limit.
func (j *job) walk(ctx context.Context, each func(letter *Letter) error) error {
	return j.box.Walk(ctx, func(letter *Letter, state State) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case !j.cfg.Filter.Wants(letter):
			return nil
		case !j.todo(state):
			j.settled.Add(1)
			return nil
		case j.marker.what == schemas.MarkRequeued && j.cfg.MaxAttempts > 0 && letter.Attempts >= j.cfg.MaxAttempts:
			j.hopeless.Add(1)
			return nil
		case j.cfg.Limit > 0 && j.given >= j.cfg.Limit:
			return errEnough
		}
		j.given++
		return each(letter)
	})
}

// Why a letter cannot be requeued at all.
var (
	errShort   = errors.New("it was cut short when it was kept: read the original where it stands, and produce it anew")
	errForeign = errors.New("its topic is none that the pipeline reads")
)

// fit says whether a letter can be requeued; the watcher is told why not.
func (j *job) fit(letter *Letter) bool {
	var err error
	switch {
	case letter.Short():
		err = errShort
	case !slices.Contains(j.cfg.Topics, letter.From.Topic):
		err = errForeign
	default:
		return true
	}
	j.fail(letter.ID, err)
	return false
}

func (j *job) fail(id ID, err error) {
	j.failed.Add(1)
	j.watch.Settled(id, fmt.Errorf("requeueing %v: %w", id, err))
}
