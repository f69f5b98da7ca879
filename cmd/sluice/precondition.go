package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"sluice/schemas"
)

// precondition is what must be there before a part may begin. A server that is away is
// waited for: a process must start while its store is down. What is missing on a server
// that answers ends the process.
type precondition struct {
	role  string
	check func(ctx context.Context) error // wraps errMissing or errUnfit, for each thing, when waiting cannot help
	lacks *absence                        // of the process
	log   *zap.Logger
	met   atomic.Bool
	told  atomic.Int64 // when a line was last written, ms: all parts of a role wait for the same
}

// How often and how long a precondition is asked for.
const (
	preconditionEvery = 2 * time.Second
	preconditionTakes = 15 * time.Second
	preconditionTells = 10 * time.Second
)

// await is true once the precondition is met, and false when ctx ends first. The error
// says what an operator has to mend.
func (p *precondition) await(ctx context.Context) (bool, error) {
	tick := time.NewTicker(preconditionEvery)
	defer tick.Stop()
	for {
		err := p.ask(ctx)
		switch {
		case err == nil:
			p.met.Store(true)
			return true, nil
		case errors.Is(err, errMissing), errors.Is(err, errUnfit):
			return false, p.lacks.tell(ctx, err)
		case ctx.Err() == nil && p.tells(time.Now().UnixMilli()):
			p.log.Warn("waiting to start", zap.String("role", p.role), zap.Error(err))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false, nil
		}
	}
}

// tells lets one of those who wait write a line, now and then.
func (p *precondition) tells(now int64) bool {
	last := p.told.Load()
	return now-last >= preconditionTells.Milliseconds() && p.told.CompareAndSwap(last, now)
}

func (p *precondition) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, preconditionTakes)
	defer cancel()
	return p.check(ctx)
}

// ready is a readiness check: why the precondition is not met yet.
func (p *precondition) ready(context.Context) error {
	if p.met.Load() {
		return nil
	}
	return errors.New("waiting for servers, or for what setup makes")
}

// guard runs a part once its precondition is met.
func (p *precondition) guard(run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		met, err := p.await(ctx)
		if !met {
			return err
		}
		return run(ctx)
	}
}

// precondition adds one that a role has, made of several checks.
func (a *app) precondition(role string, checks ...func(context.Context) error) *precondition {
	p := &precondition{role: role, log: a.log, lacks: &a.lacks, check: func(ctx context.Context) error {
		if !a.cfg.Check {
			return nil
		}
		var errs []error
		for _, check := range checks {
			errs = append(errs, check(ctx))
		}
		return errors.Join(errs...)
	}}
	a.lacks.among = append(a.lacks.among, p)
	return p
}

// topicsAre is met when the topics are there, and those of the process's other roles: all are
// made together.
func (a *app) topicsAre(topics []string) func(context.Context) error {
	for _, topic := range topics {
		if !slices.Contains(a.topics, topic) {
			a.topics = append(a.topics, topic)
		}
	}
	return func(ctx context.Context) error {
		partitions, err := a.admin.Partitions(ctx, a.topics)
		if err != nil {
			return err
		}
		return topicsServe(a.cfg.Topic.Prefix, a.topics, partitions)
	}
}

// topicsServe refuses topics that are not there, and those that count in more than one partition.
func topicsServe(prefix string, topics []string, partitions map[string]int) error {
	var missing []string
	var refuse complaints
	for _, topic := range topics {
		n := partitions[topic]
		if n == 0 {
			missing = append(missing, prefix+topic)
		}
		refuse.when(n > 1 && slices.Contains(counters(), topic), "%w: topic %s%s has %d partitions and must have one", errUnfit, prefix, topic, n)
	}
	refuse.when(len(missing) > 0, "%w: missing topics: %s", errMissing, strings.Join(missing, ", "))
	return errors.Join(refuse...)
}

// fit is check for who can do without: while the store of member levels is away its questions are answered 503, and that
// is no reason to answer no others.
func (m *members) fit(ctx context.Context) error {
	if err := m.check(ctx); !errors.Is(err, schemas.ErrUnavailable) {
		return err
	}
	return nil
}
