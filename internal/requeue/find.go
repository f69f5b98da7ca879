package requeue

import (
	"context"

	"sluice/pipelines"
)

// Found is one letter with all that is known about it.
type Found struct {
	Letter Letter
	State  State
	Mark   Mark // of a letter that is not open
}

// Find reads one letter and what was done about it; it is false when there is no such letter.
func (b *Box) Find(ctx context.Context, id ID) (*Found, bool, error) {
	spans, err := b.log.Spans(ctx, b.topic)
	if err != nil {
		return nil, false, err
	}
	var found *Found
	for _, span := range spans {
		if span.Partition != id.Partition || id.Offset < span.From || id.Offset >= span.To {
			continue
		}
		span.From = id.Offset
		err = b.log.Read(ctx, b.topic, span, func(rec *pipelines.Record) error {
			found = found.see(id, rec)
			return nil
		})
	}
	if err != nil || found == nil || found.State == "" {
		return nil, false, err
	}
	return found, true, nil
}

// see takes the letter itself, and then whatever marks it.
func (f *Found) see(id ID, rec *pipelines.Record) *Found {
	switch {
	case rec.Offset == id.Offset:
		f = &Found{}
		if f.Letter.read(id.Pipeline, id.Partition, rec) {
			f.Letter.keep()
			f.State = f.Letter.state(marked{})
		}
	case f != nil && isMark(rec):
		if mark, err := readMark(rec); err == nil && mark.marks(id.Offset) {
			f.State, f.Mark = State(mark.What), mark
		}
	}
	return f
}
