package reconcile

import (
	"context"
	"fmt"
	"slices"

	"sluice/pipelines"
	"sluice/schemas"
)

// mend repairs what was confirmed: first what is there and should not be goes, then comes what is missing, then levels are
// said once more. It says in each drift what became of it.
func (p *pass) mend(ctx context.Context, confirmed []Drift) error {
	refused := make([]bool, len(confirmed))
	for _, step := range []func(d *Drift) (schemas.LevelEvent, bool){p.forget, p.restore, p.say} {
		var writes []pipelines.Write
		var of []int
		for i := range confirmed {
			d := &confirmed[i]
			if event, ok := step(d); ok && d.Because == "" {
				writes, of = append(writes, repair(d.Member, &event)), append(of, i)
			}
		}
		results, err := p.write(ctx, writes)
		if err != nil {
			return err
		}
		for n, i := range of {
			refused[i] = refused[i] || results[n].Verdict != pipelines.Stored && results[n].Verdict != pipelines.Duplicate
		}
	}
	return p.check(ctx, confirmed, refused)
}

// check looks a third time.
func (p *pass) check(ctx context.Context, confirmed []Drift, refused []bool) error {
	looked := map[string][]Drift{}
	for i := range confirmed {
		d := &confirmed[i]
		found, known := looked[d.Member]
		if !known {
			var err error
			if found, err = p.again(ctx, d.Member, false); err != nil {
				return err
			}
			looked[d.Member] = found
		}
		plain := *d
		plain.Because = ""
		switch {
		case d.Because != "":
		case !slices.Contains(found, plain):
			d.Mended = true
		case refused[i]:
			d.Because = becauseRefused
		default:
			d.Because = becauseThere
		}
	}
	return nil
}

// forget takes away what should not be there.
func (p *pass) forget(d *Drift) (schemas.LevelEvent, bool) {
	unknown := d.Kind == Extra || d.Kind == ExtraTombstone && d.Want == 0
	if unknown && !p.trusted {
		d.Because = becauseShort
		return schemas.LevelEvent{}, false
	}
	return schemas.LevelEvent{Kind: schemas.LevelForget, Order: d.Order}, d.forgets()
}

// restore says again what the index says.
func (p *pass) restore(d *Drift) (schemas.LevelEvent, bool) {
	event := schemas.LevelEvent{Order: d.Order, Second: d.Second, At: d.At}
	switch {
	case d.Void != 0:
		event.Kind, event.Month = schemas.LevelVoid, d.Void
	case d.Want != 0:
		event.Kind, event.Month = schemas.LevelComplete, d.Want
	default:
		return event, false
	}
	return event, true
}

// say announces a level once more.
func (p *pass) say(d *Drift) (schemas.LevelEvent, bool) {
	return schemas.LevelEvent{Kind: schemas.LevelSay, At: p.deps.Now().UnixMilli()}, d.levels()
}

// repair is a write of no partition.
func repair(member string, e *schemas.LevelEvent) pipelines.Write {
	return pipelines.Write{Target: schemas.LevelsTarget, Key: []byte(member), Body: schemas.AppendLevelEvent(nil, e), Time: e.At}
}

// tries of a write that the store does not take for now.
const tries = 5

// write writes events in batches, again those that the store does not take for now.
func (p *pass) write(ctx context.Context, writes []pipelines.Write) ([]pipelines.Result, error) {
	results := make([]pipelines.Result, len(writes))
	for from := 0; from < len(writes); from += p.cfg.Batch {
		to := min(from+p.cfg.Batch, len(writes))
		if err := p.writeBatch(ctx, writes[from:to], results[from:to]); err != nil {
			return nil, fmt.Errorf("repairing: %w", err)
		}
	}
	return results, nil
}

func (p *pass) writeBatch(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	for n := 1; ; n++ {
		if err := p.deps.Levels.Write(ctx, writes, results); err != nil {
			return err
		}
		retry := slices.ContainsFunc(results, func(r pipelines.Result) bool { return !r.Verdict.Final() })
		if !retry || n == tries { // a repair that was taken is a duplicate the second time
			return p.pace.did(ctx, len(writes))
		}
		if err := pause(ctx, p.cfg.Poll); err != nil {
			return err
		}
	}
}
