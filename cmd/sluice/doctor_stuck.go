package main

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"sluice/internal/doctor"
	"sluice/internal/kafka"
	"sluice/internal/pause"
	"sluice/internal/progress"
)

// lookAgain is between two looks at a pipeline's commits, in which one that works commits: at most, for a check has
// six seconds.
const lookAgain = 4 * time.Second

// agesAsked is of how many partitions the age is asked for: each costs a fetch.
const agesAsked = 8

// stuckCheck finds a pipeline that has members and does not move.
func stuckCheck(cfg *config, look *kafka.Inspector, s spec) doctor.Check {
	group := cfg.groupID(s.name)
	return doctor.Check{What: "progress", Where: group, Run: func(ctx context.Context) []doctor.Finding {
		before, err := look.Lag(ctx, group, s.topic)
		if err != nil {
			return only(askingFailed("progress", group, err))
		}
		if totalLag(before) == 0 {
			return only(doctor.Good("progress", group, "nothing waits"))
		}
		if err := pause.For(ctx, min(2*cfg.Pipeline.CommitInterval+time.Second/2, lookAgain)); err != nil {
			return only(askingFailed("progress", group, err))
		}
		after, err := look.Lag(ctx, group, s.topic)
		if err != nil {
			return only(askingFailed("progress", group, err))
		}
		still := unmoved(before, after)
		var oldest time.Time
		for _, lag := range still[:min(len(still), agesAsked)] {
			at, err := look.RecordTime(ctx, s.topic, lag.Partition, max(lag.Committed, lag.Start))
			if err != nil {
				return only(askingFailed("progress", group, err))
			}
			if !at.IsZero() && (oldest.IsZero() || at.Before(oldest)) {
				oldest = at
			}
		}
		return judgeStuck(cfg, s.name, still, oldest, time.Now())
	}}
}

// unmoved are the partitions that had a lag at both looks, and no commit in between.
func unmoved(before, after []kafka.PartitionLag) (still []kafka.PartitionLag) {
	for _, a := range after {
		i := slices.IndexFunc(before, func(b kafka.PartitionLag) bool { return b.Partition == a.Partition })
		if i >= 0 && before[i].Lag > 0 && a.Lag > 0 && before[i].Committed == a.Committed {
			still = append(still, a)
		}
	}
	return still
}

// judgeStuck says whether partitions that did not move should have.
func judgeStuck(cfg *config, pipeline string, still []kafka.PartitionLag, oldest, now time.Time) []doctor.Finding {
	j := judged{what: "progress", where: cfg.groupID(pipeline)}
	if waits := now.Sub(oldest); !oldest.IsZero() && waits > cfg.Pipeline.StallAfter {
		j.fail(fmt.Sprintf("sluice lag --partitions --pipelines %s # then %s", pipeline, runbook("PipelineStalled")),
			"%s waiting in %s without a commit between two looks, the oldest for %s", count(int(totalLag(still)), "record"), count(len(still), "partition"), rounded(waits))
	}
	return j.or("moves")
}

func runbook(name string) string { return "ops/runbooks/" + name + ".md" }

// unanswered keeps who did not answer.
type unanswered struct {
	mu  sync.Mutex
	who []string
}

// Unanswered keeps the name.
func (u *unanswered) Unanswered(who string, _ error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.who = append(u.who, who)
}

// checkLanes asks the processes of this installation how their lanes are.
func checkLanes(ctx context.Context, cfg *config) []doctor.Finding {
	var silent unanswered
	parts := progress.AskOps(ctx, append([]string{opsURL(cfg.Ops.Listen)}, cfg.Query.Peers...), &silent)
	slices.Sort(silent.who)
	return judgeLanes(parts, silent.who)
}

// opsURL is where a listener of this machine is reached.
func opsURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "http://" + listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// judgeLanes makes a finding of each state that an operator must hear of.
func judgeLanes(parts []progress.Answer, silent []string) []doctor.Finding {
	if len(parts) == 0 {
		return only(doctor.Skipped("lanes", "processes", "no process answers at "+strings.Join(silent, ", ")))
	}
	var found []doctor.Finding
	lanes := 0
	for i := range parts {
		for k := range parts[i].Pipelines {
			p := &parts[i].Pipelines[k]
			lanes += len(p.Partitions)
			found = append(found, judgeLane(p)...)
		}
	}
	if len(silent) > 0 {
		found = append(found, doctor.Skipped("lanes", "processes", "no answer from "+strings.Join(silent, ", ")))
	}
	if len(found) == 0 {
		return only(doctor.Good("lanes", "processes", fmt.Sprintf("%s in %s, all flowing", count(lanes, "lane"), processes(len(parts)))))
	}
	return found
}

func processes(n int) string {
	if n == 1 {
		return "1 process"
	}
	return fmt.Sprintf("%d processes", n)
}

func judgeLane(p *progress.Pipeline) []doctor.Finding {
	j := judged{what: "lanes", where: p.Pipeline}
	for _, s := range []struct {
		state, text, runbook string
		complain             func(fix, format string, args ...any)
	}{
		{"refused", "the store refuses what is written", "PipelineRefused", j.fail},
		{"stalled", "there is a lag and no progress", "PipelineStalled", j.fail},
		{"retrying", "the store is busy or away", "StoreRetrying", j.warn},
		{"blocked", "a limit is reached, and nothing is read meanwhile", "OldestUnsettled", j.warn},
	} {
		var in []int32
		for i := range p.Partitions {
			if p.Partitions[i].State == s.state {
				in = append(in, p.Partitions[i].Partition)
			}
		}
		if len(in) > 0 {
			s.complain(runbook(s.runbook)+" # and the log of that process: it says why", "partitions %v are %s: %s", in, s.state, s.text)
		}
	}
	return j.found
}
