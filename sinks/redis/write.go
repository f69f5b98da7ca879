package redis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/pipelines"
)

// Write applies events (schemas.LevelEvent) to the members that are the keys. All events of a bucket go in calls of at most
// CallEvents, in the order of the writes; a call is applied as a whole or not at all. The error is pipelines.ErrLost
// when a bucket has less than it had: then nothing of the calls to that bucket was applied.
func (l *Levels) Write(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	d := l.drafts.Get().(*draft) //nolint:forcetypeassert // the pool has nothing else
	defer func() {
		d.reset(nil, nil) // it must not hold on to the batch
		l.drafts.Put(d)
	}()
	d.reset(writes, results)
	d.take() // the lanes first: one that has ended meanwhile has ended its context as well
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if len(writes) == 0 {
		return nil
	}
	if err := l.layout(ctx); err != nil {
		return fmt.Errorf("applying to member levels: %w", err)
	}
	start := l.cfg.Now()
	d.sort(start.UnixMilli())
	if len(d.calls) == 0 {
		return nil
	}
	began := time.Now()
	replies, errs := l.run(ctx, d.commands())
	announced, err := d.settle(ctx, replies, errs)
	if l.obs != nil {
		l.obs.Applied(Applied{Calls: len(d.calls), Events: d.tally(), Announced: announced, Took: time.Since(began)})
	}
	if err != nil {
		return fmt.Errorf("applying to member levels: %w", err)
	}
	return nil
}

// settle judges what became of the calls. Where one of a bucket failed, those behind it were refused, since
// what they follow on is not there.
func (d *draft) settle(ctx context.Context, replies []any, errs []error) (announced int, err error) {
	var lost, silent error
	heard, broken := false, false
	for i := range d.calls {
		c := &d.calls[i]
		broken = broken && c.follows
		if errs[i] != nil && !answered(errs[i]) {
			silent, broken = errs[i], true
			d.all(c, pipelines.Retry, "unreachable")
			continue
		}
		heard = true
		n, why := d.verdicts(c, replies[i], errs[i], broken)
		announced += n
		if why != nil {
			broken = true
		}
		if errors.Is(why, pipelines.ErrLost) && lost == nil {
			lost = fmt.Errorf("bucket %d: %w", c.bucket, why)
		}
	}
	switch {
	case lost != nil:
		return announced, lost
	case !heard && ctx.Err() != nil:
		return announced, context.Cause(ctx)
	case !heard:
		return announced, silent
	}
	return announced, nil
}

// errNotApplied says that a call was answered, and did nothing.
var errNotApplied = errors.New("not applied")

// verdicts fills in what became of the events of one call that was answered.
func (d *draft) verdicts(c *call, reply any, err error, broken bool) (announced int, why error) {
	if err != nil {
		verdict, reason := judge(err)
		d.all(c, verdict, reason)
		return 0, errNotApplied
	}
	parts, err := answer(reply)
	switch {
	case errors.Is(err, pipelines.ErrLost) && broken:
		d.all(c, pipelines.Retry, "behind")
		return 0, errNotApplied
	case errors.Is(err, pipelines.ErrLost):
		d.all(c, pipelines.Retry, "lost")
		return 0, err
	case err != nil && len(parts) == 0 && !errors.Is(err, errAnswer):
		d.all(c, pipelines.Retry, "outbox_full")
		return 0, errNotApplied
	}
	letters, n, ok := letters(parts, int(c.end-c.start))
	if err != nil || !ok {
		d.all(c, pipelines.Retry, "unknown_answer")
		return 0, errNotApplied
	}
	for i := range letters {
		d.results[d.sent[int(c.start)+i]] = verdictOf(letters[i])
	}
	if c.lane != nil {
		c.lane.raise(c.bucket, c.to)
	}
	return n, nil
}

// letters are the verdicts of a call of so many events, and how many changes of level it announced.
func letters(parts []any, events int) (letters string, announced int, ok bool) {
	if len(parts) != 2 {
		return "", 0, false
	}
	letters, ok = parts[0].(string)
	n, number := parts[1].(int64)
	return letters, int(n), ok && number && len(letters) == events
}

func (d *draft) all(c *call, verdict pipelines.Verdict, reason string) {
	for _, i := range d.sent[c.start:c.end] {
		d.results[i] = pipelines.Result{Verdict: verdict, Reason: reason}
	}
}

// verdictOf reads a letter of lua/apply.lua.
func verdictOf(letter byte) pipelines.Result {
	switch letter {
	case 's':
		return pipelines.Result{Verdict: pipelines.Stored}
	case 'd':
		return pipelines.Result{Verdict: pipelines.Duplicate, Reason: "counted"}
	case 'v':
		return pipelines.Result{Verdict: pipelines.Duplicate, Reason: "void"}
	case 'b':
		return pipelines.Result{Verdict: pipelines.Duplicate, Reason: "bought"}
	case 'x':
		return pipelines.Result{Verdict: pipelines.Stale, Reason: "expired"}
	case 'o':
		return pipelines.Result{Verdict: pipelines.Poison, Reason: "too_many_orders"}
	case 'q':
		return pipelines.Result{Verdict: pipelines.Poison, Reason: "too_many_purchases"}
	case 'w':
		return pipelines.Result{Verdict: pipelines.Poison, Reason: "wrong_type"}
	}
	return pipelines.Result{Verdict: pipelines.Retry, Reason: "unknown_answer"}
}
