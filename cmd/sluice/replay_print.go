package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"go.uber.org/zap"

	"sluice/internal/replay"
	"sluice/internal/telemetry"
)

// replayBar draws how far a replay is, where a person watches.
type replayBar struct {
	log *zap.Logger

	mu  sync.Mutex
	bar *progressbar.ProgressBar // nil when nobody watches, or before the first look
	out io.Writer                // nil when nobody watches
}

func newReplayBar(w io.Writer, log *zap.Logger) *replayBar {
	b := &replayBar{log: log}
	if telemetry.IsTerminal(w) {
		b.out = w
	}
	return b
}

// Progressed moves it.
func (b *replayBar) Progressed(p replay.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.out == nil {
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions64(max(p.Total, 1), progressbar.OptionSetWriter(b.out), progressbar.OptionSetDescription("replaying"),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish())
	}
	_ = b.bar.Set64(p.Done) // a bar that cannot be drawn must not stop the replay
}

// LookFailed writes a line.
func (b *replayBar) LookFailed(err error) { b.log.Warn("asking how far the replay is", zap.Error(err)) }

func (b *replayBar) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bar != nil {
		_ = b.bar.Clear() // as above
	}
	b.bar, b.out = nil, nil
}

// replaySummary is what this process's share came to.
type replaySummary struct {
	Job       replay.Job `json:"job"`
	Finished  bool       `json:"finished"`
	Done      int64      `json:"offsetsDone"` // by all processes together
	Offsets   int64      `json:"offsets"`
	Consumed  uint64     `json:"consumed"` // by this process, like the following
	Stored    uint64     `json:"stored"`
	Stale     uint64     `json:"stale"`
	Duplicate uint64     `json:"duplicate"`
	Dead      uint64     `json:"dead"`
	DeadKept  uint64     `json:"deadKept"` // of Dead: their letters were kept already
	Left      uint64     `json:"left"`     // read and not settled: read again when it goes on
	Seconds   float64    `json:"seconds"`
	Gaps      []string   `json:"gaps,omitempty"`
}

func newReplaySummary(plan *replay.Plan, s telemetry.Snapshot, kept uint64, finished bool, gaps []string, took time.Duration) replaySummary {
	for _, part := range plan.Parts() {
		if part.Gone > 0 {
			gaps = append(gaps, fmt.Sprintf("%s/%d: records below offset %d were gone when the replay began, and may have been in the range", plan.Job.Topic, part.Partition, part.Gone))
		}
	}
	now := plan.Progress()
	return replaySummary{
		Job: plan.Job, Finished: finished, Done: now.Done, Offsets: now.Total, Consumed: s.Consumed,
		Stored: s.Records("stored"), Stale: s.Records("stale"), Duplicate: s.Records("duplicate"), Dead: s.Records("poison"), DeadKept: kept, Left: s.Records("unsettled"),
		Seconds: took.Seconds(), Gaps: gaps,
	}
}

// print writes the summary.
func (r *replayer) print(s replaySummary) error {
	if r.cmd.JSON {
		return json.NewEncoder(r.process.stdout).Encode(s)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "consumed %d = stored %d + stale %d + duplicate %d + dead %d", s.Consumed, s.Stored, s.Stale, s.Duplicate, s.Dead)
	if s.DeadKept > 0 {
		fmt.Fprintf(&b, " (%d kept already)", s.DeadKept)
	}
	if s.Left > 0 {
		fmt.Fprintf(&b, " + left %d", s.Left)
	}
	fmt.Fprintf(&b, " in %.1f s (%.0f/s)\n", s.Seconds, float64(s.Consumed)/max(s.Seconds, 1e-3))
	for _, gap := range s.Gaps {
		b.WriteString("gap: " + gap + "\n")
	}
	if s.Finished {
		fmt.Fprintf(&b, "finished: %d offsets; its group is removed\n", s.Offsets)
	} else {
		fmt.Fprintf(&b, "stopped: %d of %d offsets are done; the same command goes on, or --name %s alone\n", s.Done, s.Offsets, r.cmd.Name)
	}
	return write(r.process.stdout, b.String())
}

// verdict is the command's error.
func (s *replaySummary) verdict() error {
	switch {
	case len(s.Gaps) > 0:
		return fmt.Errorf("%w: records of the range may have been gone", errFound)
	case !s.Finished:
		return errors.New("stopped before the end")
	}
	return nil
}
