package rewind

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"sluice/pipelines"
)

// shard is one server: its buckets, and how each write changed them, so that it can go back.
type shard struct {
	home    string
	homes   int
	buckets map[int]*bucket
	past    []change
}

// change is a write: what stood in a bucket before.
type change struct {
	number int
	before *bucket
}

// bucket is never changed, but replaced.
type bucket struct {
	home       string
	epoch      int64
	claim      claim
	marks      map[pipelines.Partition]mark
	recovering map[pipelines.Partition]mark
	events     map[string]bool
	versions   map[string]int64
	said       map[string]int64 // epoch of a member's last announcement
}

type claim struct {
	who, home string
	at        time.Time
}

type mark struct {
	topic string
	at    int64
}

func (w *world) shard(number int) *shard { return w.shards[number%shardsOf] }

// rehome gives a shard a name that it never had, as each start and each promotion does.
func (w *world) rehome(s *shard) {
	s.homes++
	s.home = fmt.Sprintf("%p-%d", s, s.homes)
}

// failover takes a shard back by so many writes.
func (w *world) failover(at, writes int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.shards[at]
	for ; writes > 0 && len(s.past) > 0; writes-- {
		last := s.past[len(s.past)-1]
		s.past = s.past[:len(s.past)-1]
		s.buckets[last.number] = last.before
	}
	w.rehome(s)
}

// flush empties a shard, which goes on under its name.
func (w *world) flush(at int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.shards[at]
	for number := range buckets {
		if s.buckets[number] != nil {
			s.past = append(s.past, change{number, s.buckets[number]})
			s.buckets[number] = nil
		}
	}
}

// bucket is what stands there now, to be looked at; one that was never written to is empty.
func (w *world) bucket(number int) *bucket {
	if b := w.shard(number).buckets[number]; b != nil {
		return b
	}
	return &bucket{}
}

// change replaces a bucket by one that was changed.
func (w *world) change(number int, do func(b *bucket)) {
	s := w.shard(number)
	before := w.bucket(number)
	after := *before
	after.marks, after.recovering, after.events = maps.Clone(before.marks), maps.Clone(before.recovering), maps.Clone(before.events)
	after.versions, after.said = maps.Clone(before.versions), maps.Clone(before.said)
	if after.marks == nil {
		after.marks, after.events, after.versions, after.said = map[pipelines.Partition]mark{}, map[string]bool{}, map[string]int64{}, map[string]int64{}
	}
	do(&after)
	s.past = append(s.past, change{number, s.buckets[number]})
	s.buckets[number] = &after
}

// away is rule 1.
func (w *world) away(number int) bool {
	b := w.bucket(number)
	return b.epoch == 0 || b.home != w.shard(number).home
}

// at is a bucket's watermark, -1 when it has none of that topic.
func (b *bucket) at(part pipelines.Partition, topic string) int64 {
	if m, there := b.marks[part]; there && m.topic == topic {
		return m.at
	}
	return -1
}

func (b *bucket) raise(part pipelines.Partition, topic string, to int64) {
	to = max(to, b.at(part, topic))
	b.marks[part] = mark{topic, to}
	if target, there := b.recovering[part]; there && (target.topic != topic || to >= target.at) {
		delete(b.recovering, part)
	}
}

const (
	begun = iota
	claimed
	others
)

// look is one bucket's part of Open.
func (w *world) look(number int, feed pipelines.Feed, who string) (state int, at int64) {
	b := w.bucket(number)
	at = b.at(feed.Part, feed.Topic)
	back, recovering := b.recovering[feed.Part]
	stale := recovering && back.topic != feed.Topic
	if w.away(number) || (!feed.Fresh && (!recovering || stale) && max(at, feed.Oldest) < feed.Next) {
		home := w.shard(number).home
		if c := b.claim; c.who != "" && owner(c.who) != owner(who) && c.home == home && time.Since(c.at) < ClaimFor {
			return others, at
		}
		w.change(number, func(b *bucket) { b.claim = claim{who, home, time.Now()} })
		return claimed, at
	}
	if at < feed.Oldest || stale {
		w.change(number, func(b *bucket) { b.raise(feed.Part, feed.Topic, feed.Oldest) })
	}
	return begun, at
}

// revive is one bucket's part of Recover.
func (w *world) revive(number int, who string, epoch int64, feeds []pipelines.Feed) (bool, error) {
	b, home := w.bucket(number), w.shard(number).home
	stands := b.claim.who == who && b.claim.home == home
	if w.plant == "an epoch without a claim" {
		stands = w.away(number)
	}
	if !stands {
		return false, nil
	}
	if epoch <= b.epoch {
		return false, errors.New("the epoch is not above the bucket's")
	}
	if epoch <= w.epochs[number] {
		w.fail("bucket %d had epoch %d and gets %d", number, w.epochs[number], epoch)
	}
	w.epochs[number] = epoch
	w.change(number, func(b *bucket) {
		b.home, b.epoch, b.claim = home, epoch, claim{}
		b.recovering = map[pipelines.Partition]mark{}
		for _, feed := range feeds {
			if w.plant == "readers see what is short" {
				continue
			}
			if b.at(feed.Part, feed.Topic) < feed.End {
				b.recovering[feed.Part] = mark{feed.Topic, feed.End}
			}
		}
	})
	return true, nil
}

// lift is one bucket's part of Raise.
func (w *world) lift(number int, part pipelines.Partition, topic string, had, next int64) error {
	if w.plant == "a raise that does not look" {
		had = -1
	}
	if w.away(number) || w.bucket(number).at(part, topic) < had {
		return pipelines.ErrLost
	}
	back, recovering := w.bucket(number).recovering[part]
	if w.bucket(number).at(part, topic) < next || recovering && back.topic != topic {
		w.change(number, func(b *bucket) { b.raise(part, topic, next) })
	}
	return nil
}

// span is one call of apply, with the events of a bucket from one offset to another.
func (w *world) span(number int, part pipelines.Partition, topic string, from, to int64, ids []string) ([]pipelines.Verdict, error) {
	if w.plant == "a span that does not look" {
		from = -1
	}
	if w.away(number) || w.bucket(number).at(part, topic) < from {
		return nil, pipelines.ErrLost
	}
	verdicts := make([]pipelines.Verdict, len(ids))
	w.change(number, func(b *bucket) {
		for i, id := range ids {
			verdicts[i] = pipelines.Duplicate
			if !b.events[id] {
				verdicts[i] = pipelines.Stored
				b.events[id] = true
				w.announce(b, w.events[id].member, id)
			}
		}
		b.raise(part, topic, to)
	})
	return verdicts, nil
}

// announce is a change of a member, which counts as published at once.
func (w *world) announce(b *bucket, member, why string) {
	b.versions[member]++
	a := announcement{member, b.epoch, b.versions[member]}
	if said, there := w.given[a]; there && said != why {
		w.fail("%+v means %s and %s", a, said, why)
	}
	w.given[a] = why
	b.said[member] = b.epoch
}

// turn is a writer that no partition brings: rule 1 alone keeps it from a bucket that went back.
func (w *world) turn() {
	w.mu.Lock()
	defer w.mu.Unlock()
	member := fmt.Sprintf("m%d", w.chance.IntN(members))
	number := bucketOf(member)
	away := w.away(number)
	if w.plant == "a turn that does not ask where it is" {
		away = w.bucket(number).epoch == 0
	}
	if away || len(w.bucket(number).recovering) > 0 {
		return
	}
	w.next++
	why := fmt.Sprintf("turn %d", w.next)
	w.change(number, func(b *bucket) { w.announce(b, member, why) })
}

func bucketOf(member string) int { return int(member[1]-'0') % buckets }
