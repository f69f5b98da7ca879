package main

import (
	"context"
	"sync"

	"go.uber.org/zap"

	"sluice/pipelines"
)

// newLetters tells of letters that a replay adds to those that are kept; what is kept already
// does not come here.
type newLetters struct {
	to  pipelines.DeadLetters
	log *zap.Logger

	mu   sync.Mutex
	told map[string]bool // by reason
}

// maxReasonsTold bounds what is remembered, and the lines.
const maxReasonsTold = 64

func newNewLetters(to pipelines.DeadLetters, log *zap.Logger) *newLetters {
	return &newLetters{to: to, log: log, told: make(map[string]bool)}
}

// Publish keeps the letters, and writes a line about the first of each reason; the summary has
// their number.
func (n *newLetters) Publish(ctx context.Context, letters []pipelines.DeadLetter) error {
	if err := n.to.Publish(ctx, letters); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range letters {
		l := &letters[i]
		if n.told[l.Reason] || len(n.told) >= maxReasonsTold {
			continue
		}
		n.told[l.Reason] = true
		n.log.Warn("dead-lettered", zap.Stringer("partition", l.From), zap.Int64("offset", l.Record.Offset),
			zap.String("stage", string(l.Stage)), zap.String("reason", l.Reason))
	}
	return nil
}
