package watch

import "sluice/internal/drill/stage"

// track follows how far a pipeline's commits moved, and so how much it read more than once: what was read
// beyond how far the commits moved, at a moment without lag.
type track struct {
	parts map[int32]*path
	again float64 // records read again, as of the last moment at rest
	// unseen is what was certainly read and never counted: a killed process took it along. Without it
	// what is read again later would be set off against it.
	unseen float64
	lost   int   // lives that had ended without a word as of the last moment at rest
	rested int64 // how far the commits had moved when the last look found all at rest; -1 = it did not
	calm   bool  // the last two looks found all at rest, and no commit between them
	exact  bool  // again is all that was read again: calm, and every life is heard
}

// audience is who was heard in a look.
type audience struct {
	lost int  // lives that have ended without a word so far
	all  bool // each life that runs pipelines was heard: who lives has answered, and who is gone has said its last words
}

// path is the way of the commits through one partition.
type path struct {
	before int64 // offsets moved over in topics of that name that are no more
	from   int64 // where the way began
	far    int64 // furthest commit
	end    int64
}

func newTrack() *track { return &track{parts: map[int32]*path{}, rested: -1} }

// saw takes in one look and says how many records are to be settled.
func (t *track) saw(parts map[int32]stage.Offsets, read reading, heard audience) int64 {
	behind, rest := int64(0), len(parts) > 0
	for id, o := range parts {
		if t.parts[id] == nil {
			t.parts[id] = &path{from: max(o.Committed, o.Start), far: max(o.Committed, o.Start)}
		}
		t.parts[id].saw(o)
		behind += lag(o)
		rest = rest && max(o.Committed, o.Start) == o.End
	}
	if rest {
		t.settle(read, heard)
	} else {
		t.unsure()
	}
	return behind
}

// unsure is a look after which nobody knows whether more was read again.
func (t *track) unsure() { t.rested, t.calm, t.exact = -1, false, false }

func (p *path) saw(o stage.Offsets) {
	if o.End < p.end { // the topic was made anew, or has lost its end
		p.before += p.far - p.from
		p.from, p.far = o.Start, o.Start
	}
	p.end = o.End
	if o.Committed <= o.End {
		p.far = max(p.far, o.Committed)
	}
}

// moved is over how many offsets the commits moved.
func (t *track) moved() int64 {
	sum := int64(0)
	for _, p := range t.parts {
		sum += p.before + p.far - p.from
	}
	return sum
}

// settle compares, with nothing under way. When less was read than was moved over, a life that ended without a word has
// read it; if none did, the counts are older than the commits, and the next look will have both.
func (t *track) settle(read reading, heard audience) {
	once := float64(t.moved()) - read.passed
	again := read.consumed + t.unseen - once
	switch {
	case again >= t.again:
		t.again = again
	case heard.lost > t.lost:
		t.unseen += t.again - again
	default:
		t.unsure()
		return
	}
	t.lost = heard.lost
	t.calm = t.rested == t.moved() // counts are asked for before commits, and may be older: the next look has them
	t.exact = t.calm && heard.all && heard.lost == 0
	t.rested = t.moved()
}
