package requeue

import (
	"slices"
	"time"
)

// Filter chooses letters; its zero value chooses all. Each field that is set narrows.
type Filter struct {
	IDs     []ID      // only these
	Reasons []string  // only these reasons
	Stages  []string  // only those given up at these stages
	Since   time.Time // only those given up then or later
	Before  time.Time // only those given up earlier
}

// Wants says whether the filter chooses a letter.
func (f *Filter) Wants(l *Letter) bool {
	switch {
	case len(f.IDs) > 0 && !slices.Contains(f.IDs, l.ID),
		len(f.Reasons) > 0 && !slices.Contains(f.Reasons, l.Reason),
		len(f.Stages) > 0 && !slices.Contains(f.Stages, string(l.Stage)),
		!f.Since.IsZero() && l.At < f.Since.UnixMilli(),
		!f.Before.IsZero() && l.At >= f.Before.UnixMilli():
		return false
	}
	return true
}
