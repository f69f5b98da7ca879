package pipelines

import (
	"context"
	"errors"
	"fmt"
)

// bury publishes the letters that are not acknowledged yet. It is true when none is left.
// A letter that is too large to be kept is cut short until it is not: nothing else would
// ever let its partition go on.
func (f *flight) bury(ctx context.Context) bool {
	for len(f.letters) > 0 {
		err := f.dead.Publish(ctx, f.letters)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return false
		}
		f.obs.Noted(f.part, Event{Kind: Failed, Stage: StageSettle, N: int64(len(f.letters)), Reason: "dead_letter", Err: err})
		if !shortenNamed(f.letters, err) {
			return false
		}
	}
	f.letters = nil
	return true
}

// shortenNamed cuts the letter that err names as too large; it is false when err names none,
// or one of which nothing is left to cut.
func shortenNamed(letters []DeadLetter, err error) bool {
	named, ok := errors.AsType[interface {
		error
		RecordIndex() int
	}](err)
	if !ok {
		return false
	}
	i := named.RecordIndex()
	return i >= 0 && i < len(letters) && letters[i].shorten()
}

// CutShort is in the detail of a letter whose record is not whole.
const CutShort = "cut short, too large to be kept"

// shorten halves the larger of value and key, or drops the headers when they weigh most.
// What is left out can be read where the record still stands, which the letter says.
func (l *DeadLetter) shorten() bool {
	rec := &l.Record
	key, value := len(rec.Key), len(rec.Value)
	headers := rec.Size() - recordOverheadBytes - key - value
	if key+value+headers == 0 {
		return false
	}
	if !l.short {
		l.short = true
		l.Detail += fmt.Sprintf("; "+CutShort+": its key had %d bytes, its value %d, its headers %d", key, value, headers)
	}
	switch {
	case headers > max(key, value):
		rec.Headers = nil
	case value >= key:
		rec.Value = rec.Value[:value/2]
	default:
		rec.Key = rec.Key[:key/2]
	}
	return true
}
