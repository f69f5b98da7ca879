package rewind

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sluice/pipelines"
)

func owner(who string) string {
	before, _, _ := strings.Cut(who, "/")
	return before
}

var (
	errDead    = errors.New("the process is dead")
	errTimeout = errors.New("no answer in time")
)

// process is one that dies or sleeps at any step: between the lines of what it does to others.
type process struct {
	w      *world
	mu     sync.Mutex
	dead   bool
	left   int           // steps until it dies; 0 = it does not
	asleep chan struct{} // closed when it wakes; nil = it is awake
	end    context.CancelFunc
	ended  chan struct{}
	lanes  map[pipelines.Partition]*session
	groups map[string]*membership
}

// step is taken before and after each effect.
func (p *process) step() error {
	for {
		p.mu.Lock()
		if p.left > 0 {
			if p.left--; p.left == 0 {
				p.dead = true
				p.end()
				p.wakeLocked()
			}
		}
		dead, asleep := p.dead, p.asleep
		p.mu.Unlock()
		if dead {
			return errDead
		}
		if asleep == nil {
			return nil
		}
		<-asleep
	}
}

// act does one thing to the store or to Kafka: it may fail before or after, and take a moment.
func (p *process) act(faulty bool, do func()) error {
	if err := p.step(); err != nil {
		return err
	}
	p.w.mu.Lock()
	before, after := faulty && p.w.faults && p.w.odds(2), faulty && p.w.faults && p.w.odds(2)
	pause := time.Duration(p.w.chance.IntN(3)) * time.Millisecond
	p.w.mu.Unlock()
	nap(pause)
	if err := p.step(); err != nil {
		return err
	}
	if before {
		return errTimeout
	}
	p.w.mu.Lock()
	do()
	p.w.mu.Unlock()
	if err := p.step(); err != nil {
		return err
	}
	if after {
		return errTimeout
	}
	return nil
}

// session is what a store keeps of a lane.
type session struct {
	topic string
	acked [buckets]int64
	lost  atomic.Bool
}

func (p *process) session(part pipelines.Partition) *session {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lanes[part]
}

// Open is the store's.
func (p *process) Open(_ context.Context, feed pipelines.Feed, who string) (pipelines.Marks, error) {
	marks := pipelines.Marks{From: feed.Next, Least: feed.Next}
	for number := range buckets {
		err := p.act(true, func() {
			b := p.w.bucket(number)
			state, at := p.w.look(number, feed, who)
			switch state {
			case claimed:
				marks.Claimed++
				if b.epoch == 0 {
					marks.Unborn++
				}
			case others:
				marks.Others++
			}
			marks.Epoch = max(marks.Epoch, b.epoch)
			marks.Least = min(marks.Least, at)
			marks.From = min(marks.From, max(at, feed.Oldest))
		})
		if err != nil {
			return pipelines.Marks{}, err
		}
	}
	if marks.Claimed == 0 && marks.Others == 0 {
		s := &session{topic: feed.Topic}
		for number := range s.acked {
			s.acked[number] = marks.From
		}
		p.mu.Lock()
		p.lanes[feed.Part] = s
		p.mu.Unlock()
	}
	return marks, nil
}

// Recover is the store's.
func (p *process) Recover(_ context.Context, who string, epoch int64, feeds []pipelines.Feed) (n int, err error) {
	for number := range buckets {
		var refused error
		err := p.act(true, func() {
			done, err := p.w.revive(number, who, epoch, feeds)
			if done {
				n++
			}
			refused = err
		})
		if err = errors.Join(err, refused); err != nil {
			return n, err
		}
	}
	return n, nil
}

// Raise is the store's.
func (p *process) Raise(_ context.Context, part pipelines.Partition, next int64) error {
	s := p.session(part)
	if s == nil || s.lost.Load() {
		return pipelines.ErrLost
	}
	for number := range buckets {
		var refused error
		err := p.act(true, func() { refused = p.w.lift(number, part, s.topic, s.acked[number], next) })
		if errors.Is(refused, pipelines.ErrLost) && !errors.Is(err, errDead) {
			s.lost.Store(true)
			return refused
		}
		if err != nil {
			return err
		}
		p.w.mu.Lock()
		s.acked[number] = max(s.acked[number], next)
		p.w.mu.Unlock()
	}
	return nil
}

// Write is the sink's: spans by bucket, in order, and nothing behind one that failed.
func (p *process) Write(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	s := p.session(*writes[0].From)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if s == nil || s.lost.Load() {
		return pipelines.ErrLost
	}
	var by [buckets][]int
	for i := range writes {
		number := bucketOf(string(writes[i].Key))
		by[number] = append(by[number], i)
	}
	for number, all := range by {
		for len(all) > 0 {
			chunk := all[:min(chunkSize, len(all))]
			all = all[len(chunk):]
			lost, ok := p.apply(s, number, writes, chunk, results)
			if lost {
				s.lost.Store(true)
				return pipelines.ErrLost
			}
			if !ok {
				for _, i := range append(chunk, all...) {
					results[i] = pipelines.Result{Verdict: pipelines.Retry, Reason: "timeout"}
				}
				break
			}
		}
	}
	return nil
}

func (p *process) apply(s *session, number int, writes []pipelines.Write, chunk []int, results []pipelines.Result) (lost, ok bool) {
	ids := make([]string, len(chunk))
	for i, at := range chunk {
		ids[i] = string(writes[at].Body)
	}
	to := writes[chunk[len(chunk)-1]].Offset + 1
	var verdicts []pipelines.Verdict
	var refused error
	err := p.act(true, func() { verdicts, refused = p.w.span(number, *writes[0].From, s.topic, s.acked[number], to, ids) })
	if err != nil {
		return false, false
	}
	if refused != nil {
		return true, false
	}
	for i, at := range chunk {
		results[at] = pipelines.Result{Verdict: verdicts[i]}
	}
	p.w.mu.Lock()
	s.acked[number] = max(s.acked[number], to)
	p.w.mu.Unlock()
	return false, true
}

// Next is the epochs'.
func (p *process) Next(_ context.Context, above int64) (number int64, err error) {
	err = p.act(true, func() {
		p.w.drawn++
		number = max(p.w.drawn, above+1)
	})
	return number, err
}

// Feeds is all partitions'.
func (p *process) Feeds(context.Context) (feeds []pipelines.Feed, err error) {
	err = p.act(true, func() {
		for _, id := range p.w.ids() {
			feeds = append(feeds, p.w.parts[id].feed())
		}
	})
	return feeds, err
}

// nap passes virtual time. Waiting for a timer's channel brings the race detector down now and then (golang/go#78156).
func nap(d time.Duration) { time.Sleep(d) }
