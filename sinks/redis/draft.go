package redis

import (
	"hash/maphash"

	"sluice/pipelines"
	"sluice/schemas"
)

// draft is one batch on its way to calls. Its memory is used again and again.
type draft struct {
	levels  *Levels
	writes  []pipelines.Write
	results []pipelines.Result

	origins []origin
	entries []entry
	counts  []int32
	order   []int32 // of entries: by origin and bucket, else as they came
	calls   []call

	rules  string // as they are now
	seed   maphash.Seed
	table  []int32 // of a call's members: a place in groups, plus 1
	groups []group
	next   []int32 // of the same member, by place in the call; -1 = the last

	sent  []int32 // the writes, in the order in which they were put into calls
	text  []byte
	spans []span
	args  []any
	texts []string
	cmds  [][]any
}

// origin is a partition that writes came from.
type origin struct {
	part *pipelines.Partition
	lane *lane
}

// entry is an event that is to be applied.
type entry struct {
	order  int64
	write  int32
	second int32
	month  int32 // number
	place  int32 // origin * buckets + bucket
	kind   schemas.LevelKind
}

// call is one call of the script: order[start:end].
type call struct {
	origin
	bucket     int
	start, end int32
	from, to   int64
	month      int32 // of its last completed order: that of its plain members
	follows    bool  // the call before is of the same bucket and partition
	args       int   // where its arguments end
}

// group is the events of one member in a call.
type group struct {
	member      []byte
	first, last int32
	odd         bool // not all are completed orders of the call's month
}

func newDraft(l *Levels) *draft {
	size := 64
	for size < 4*l.cfg.CallEvents {
		size *= 2
	}
	return &draft{levels: l, seed: maphash.MakeSeed(), table: make([]int32, size), next: make([]int32, l.cfg.CallEvents)}
}

func (d *draft) reset(writes []pipelines.Write, results []pipelines.Result) {
	d.writes, d.results = writes, results
	clear(d.args)
	clear(d.texts)
	clear(d.cmds)
	clear(d.groups)
	clear(d.calls)
	clear(d.origins)
	d.origins, d.entries, d.order, d.calls = d.origins[:0], d.entries[:0], d.order[:0], d.calls[:0]
	d.sent, d.text, d.spans, d.args, d.cmds = d.sent[:0], d.text[:0], d.spans[:0], d.args[:0], d.cmds[:0]
}

// take looks up the lanes that the writes came by.
func (d *draft) take() {
	for i := range d.writes {
		if part := d.writes[i].From; len(d.origins) == 0 || d.origins[len(d.origins)-1].part != part {
			d.origin(part)
		}
	}
}

// origin is the number of a partition among the origins.
func (d *draft) origin(part *pipelines.Partition) int32 {
	for i := range d.origins {
		o := &d.origins[i]
		if o.part == part || o.part != nil && part != nil && *o.part == *part {
			return int32(i)
		}
	}
	o := origin{part: part}
	if part != nil {
		o.lane = d.levels.laneOf(*part)
	}
	d.origins = append(d.origins, o)
	return int32(len(d.origins) - 1)
}

// sort judges what needs no store, and cuts the rest into calls.
func (d *draft) sort(now int64) {
	months := d.levels.rules.window(now)
	d.rules = d.levels.rules.at(now)
	var event schemas.LevelEvent
	for i := range d.writes {
		w := &d.writes[i]
		verdict := months.judge(w.Body, &event)
		repair := event.Kind == schemas.LevelForget || event.Kind == schemas.LevelSay
		if repair && w.From != nil {
			verdict = pipelines.Result{Verdict: pipelines.Poison, Reason: "bad_event"}
		}
		if verdict.Verdict != pipelines.Unsettled {
			d.results[i] = verdict
			continue
		}
		place := int(d.origin(w.From))*len(d.levels.buckets) + d.levels.bucket(w.Key)
		e := entry{order: event.Order, write: int32(i), second: event.Second, place: int32(place), kind: event.Kind}
		if event.Kind != schemas.LevelPurchase && !repair {
			e.month = int32(monthNumber(event.Month))
		}
		d.entries = append(d.entries, e)
	}
	d.arrange()
	for start := 0; start < len(d.order); {
		start = d.cut(start)
	}
}

// arrange puts the entries in the order of their places, those of one place as they came.
func (d *draft) arrange() {
	places := len(d.origins)*len(d.levels.buckets) + 1
	if cap(d.counts) < places {
		d.counts = make([]int32, places)
	}
	counts := d.counts[:places]
	clear(counts)
	for i := range d.entries {
		counts[d.entries[i].place+1]++
	}
	for i := 1; i < places; i++ {
		counts[i] += counts[i-1]
	}
	if cap(d.order) < len(d.entries) {
		d.order = make([]int32, len(d.entries))
	}
	d.order = d.order[:len(d.entries)]
	for i := range d.entries {
		place := d.entries[i].place
		d.order[counts[place]] = int32(i)
		counts[place]++
	}
}

// cut makes a call of what begins at start, and returns where the next one begins.
func (d *draft) cut(start int) int {
	place := d.entries[d.order[start]].place
	end := start
	for end < len(d.order) && end-start < d.levels.cfg.CallEvents && d.entries[d.order[end]].place == place {
		end++
	}
	buckets := int32(len(d.levels.buckets))
	c := call{origin: d.origins[place/buckets], bucket: int(place % buckets), start: int32(start), end: int32(end)}
	if n := len(d.calls); n > 0 {
		before := &d.calls[n-1]
		c.follows = before.part == c.part && before.bucket == c.bucket
		c.from = before.to
	}
	if c.lane != nil {
		if !c.follows {
			c.from = c.lane.at(c.bucket)
		}
		c.to = c.from
		for _, i := range d.order[start:end] {
			c.to = max(c.to, d.writes[d.entries[i].write].Offset+1)
		}
	}
	d.encode(&c)
	d.calls = append(d.calls, c)
	return end
}
