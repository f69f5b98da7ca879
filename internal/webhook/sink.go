package webhook

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"sluice/pipelines"
)

// Sink sends each change to one service. It is safe for many lanes at once.
type Sink struct {
	cfg     Config
	client  *http.Client
	secrets [][]byte
	places  *semaphore.Weighted
	quiet   atomic.Int64 // ms: until then the service has asked for silence
	failing stubborn
}

var _ pipelines.Sink = (*Sink)(nil)

// NewSink checks the configuration; it does not dial.
func NewSink(cfg Config) (*Sink, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	s := &Sink{cfg: cfg, places: semaphore.NewWeighted(int64(cfg.Parallel)), failing: stubborn{failed: map[string]int{}}}
	for _, secret := range cfg.Secrets {
		s.secrets = append(s.secrets, []byte(secret))
	}
	s.client = &http.Client{
		Transport: cfg.Transport, Timeout: cfg.Timeout,
		// A redirect would send what is signed for one service to another.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return s, nil
}

// Close hangs up.
func (s *Sink) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// Write sends the changes: members side by side, each member's in order. Behind one that has to be offered again, the
// member's others wait for it; and once the service is away the rest is not tried.
func (s *Sink) Write(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	away := &atomic.Bool{}
	var sending sync.WaitGroup
	for _, member := range byMember(writes) {
		if err := s.places.Acquire(ctx, 1); err != nil {
			break // what is not sent is unsettled
		}
		sending.Go(func() {
			defer s.places.Release(1)
			s.sendAll(ctx, member, away, writes, results)
		})
	}
	sending.Wait()
	if ctx.Err() != nil {
		return fmt.Errorf("calling the webhook: %w", context.Cause(ctx))
	}
	return nil
}

// sendAll sends one member's changes, until one has to be offered again.
func (s *Sink) sendAll(ctx context.Context, member []int, away *atomic.Bool, writes []pipelines.Write, results []pipelines.Result) {
	held := false
	for _, i := range member {
		switch {
		case held:
			results[i] = pipelines.Result{Verdict: pipelines.Retry, Reason: reasonBehind}
		case away.Load():
			results[i] = s.giveUp(&writes[i], pipelines.Result{Verdict: pipelines.Retry, Reason: reasonAway})
		default:
			answer := s.send(ctx, &writes[i])
			if answer.Reason == reasonAway || answer.Reason == reasonTimeout {
				away.Store(true)
			}
			results[i] = s.giveUp(&writes[i], answer)
		}
		held = held || !results[i].Verdict.Final()
	}
}

// giveUp makes a dead letter of what has failed for too long, or too often by itself.
func (s *Sink) giveUp(w *pipelines.Write, r pipelines.Result) pipelines.Result {
	if r.Verdict.Final() {
		s.failing.done(w.Key, true)
		return r
	}
	tired := r.Reason == reasonFailed && s.failing.failure(w.Key) >= s.cfg.Attempts
	if !tired && time.Since(time.UnixMilli(w.Time)) < s.cfg.GiveUpAfter {
		return r
	}
	s.failing.done(w.Key, false)
	return pipelines.Result{Verdict: pipelines.Poison, Status: r.Status, Reason: reasonGivenUp}
}

// byMember are the writes of each member, in order.
func byMember(writes []pipelines.Write) [][]int {
	places := make(map[string]int, len(writes))
	var members [][]int
	for i := range writes {
		member := string(memberOf(writes[i].Key))
		place, known := places[member]
		if !known {
			place = len(members)
			places[member] = place
			members = append(members, nil)
		}
		members[place] = append(members[place], i)
	}
	return members
}

// memberOf is a key without its epoch and version: a member's id may hold colons.
func memberOf(key []byte) []byte {
	for range 2 {
		if at := bytes.LastIndexByte(key, ':'); at >= 0 {
			key = key[:at]
		}
	}
	return key
}
