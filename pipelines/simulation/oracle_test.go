package simulation

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"sluice/pipelines"
)

// oracle knows from the input alone what must become of each record, and holds every dealing of a
// process against it. It is guarded by the world's lock.
type oracle struct {
	*world
	held         map[string]int64 // what the store has acknowledged: the version by key
	sayings      map[int][]*entry // by ping: who says the same
	graves       map[grave]bool   // letters that the topic has
	processes    []*process
	polledInVain map[*process]bool // whose source broke
	complaints   []string
	steps        int            // of the first machine until all was settled
	seen         map[string]int // what happened in this run: a simulation that meets no trouble shows nothing
}

type grave struct {
	part   int
	offset int64
}

func newOracle(w *world) *oracle {
	return &oracle{world: w, held: map[string]int64{}, sayings: map[int][]*entry{}, graves: map[grave]bool{}, polledInVain: map[*process]bool{}, seen: map[string]int{}}
}

func (o *oracle) saw(what string) { o.seen[what]++ }

// mostComplaints of one run are kept: the first ones tell.
const mostComplaints = 5

func (o *oracle) complain(format string, args ...any) {
	if len(o.complaints) < mostComplaints {
		o.complaints = append(o.complaints, fmt.Sprintf("at %v: ", o.now().Round(time.Millisecond))+fmt.Sprintf(format, args...))
	}
}

// maker is the record that a write must have been made of; nil when there is none.
func (o *oracle) maker(write *pipelines.Write) *entry {
	_, rest, _ := bytes.Cut(write.Body, []byte(`"city":"u`))
	number, _, _ := bytes.Cut(rest, []byte(`"`))
	ping, err := strconv.Atoi(string(number))
	if err != nil {
		return nil
	}
	for _, e := range o.sayings[ping] {
		if e.key == string(write.Key) && o.version(e) == write.Version && e.at == write.Time {
			return e
		}
	}
	return nil
}

// offered checks a write against what its record must become, and says which one that is.
func (o *oracle) offered(write *pipelines.Write) *entry {
	e := o.maker(write)
	switch now := time.Now().UnixMilli(); {
	case e == nil:
		o.complain("a write that no record makes: key %s, version %d, %s", write.Key, write.Version, write.Body)
	case e.kind == undecodable:
		o.complain("%v became a write", e)
	case write.Target != o.target(e):
		o.complain("%v is offered to %s, want %s", e, write.Target, o.target(e))
	case !o.history && !o.cfg.AsOfRecord && o.expired(e, now): // history asks once, at the gate: it only keeps too many indices away
		o.complain("%v is offered to the store %d ms after its event, beyond the age limit", e, now-e.at)
	}
	return e
}

// applied takes down what the store has done.
func (o *oracle) applied(p *process, write *pipelines.Write, verdict pipelines.Verdict) {
	o.saw(verdict.String())
	key := string(write.Key)
	o.held[key] = max(o.held[key], write.Version)
	if p.expelled && !p.dead {
		o.saw("zombie write")
	}
}

// find is the record of a letter.
func (o *oracle) find(letter *pipelines.DeadLetter) *entry {
	part := o.parts[letter.From.ID]
	i := part.at(letter.Record.Offset)
	if i == len(part.log) || part.log[i].offset != letter.Record.Offset {
		o.complain("a letter of partition %d, offset %d, where no record is", part.id, letter.Record.Offset)
		return nil
	}
	return part.log[i]
}

// buried takes down a letter that the topic has, and checks that it is due and whole.
func (o *oracle) buried(letter *pipelines.DeadLetter) {
	e := o.find(letter)
	if e == nil {
		return
	}
	o.saw("letter")
	o.graves[grave{e.part, e.offset}] = true
	short := bytes.Contains([]byte(letter.Detail), []byte(pipelines.CutShort))
	switch {
	case e.kind == good:
		o.complain("%v is good and was dead-lettered: %s at %s", e, letter.Reason, letter.Stage)
	case short && !bytes.HasPrefix(e.wire.Value, letter.Record.Value), !short && !bytes.Equal(e.wire.Value, letter.Record.Value):
		o.complain("the letter of %v holds %q", e, letter.Record.Value)
	case (e.kind == undecodable) != (letter.Stage == pipelines.StageDecode):
		o.complain("the letter of %v says that it died at %s", e, letter.Stage)
	case letter.Reason == "" || e.kind == rejected && (letter.Reason != "rejected" || letter.Status != 400):
		o.complain("the letter of %v gives the reason %q and status %d", e, letter.Reason, letter.Status)
	}
}

// committing checks a commit at the moment at which a lane asks for it.
func (o *oracle) committing(s *source, next int64) {
	switch {
	case s.process.dead:
		return
	case s.over:
		o.complain("the lane of partition %d of %v has returned, and commits %d", s.part.id, s.process, next)
	case next < s.sure:
		o.complain("%v commits %d of partition %d, after %d", s.process, next, s.part.id, s.sure)
		return
	case next > s.read:
		o.complain("%v commits %d of partition %d, and has read to %d", s.process, next, s.part.id, s.read)
	}
	for _, e := range s.part.log[s.part.at(s.sure):s.part.at(next)] {
		if !o.settled(e) {
			o.complain("%v commits %d of partition %d, past %v, which is unsettled", s.process, next, s.part.id, e)
			return
		}
	}
}

// committed checks that the group's mark never goes back.
func (o *oracle) committed(s *source, next int64) {
	if next < s.part.committed {
		o.complain("partition %d goes back from %d to %d", s.part.id, s.part.committed, next)
	}
	s.sure = next
}

// settled says whether a record has its fate.
func (o *oracle) settled(e *entry) bool {
	if o.graves[grave{e.part, e.offset}] {
		return true
	}
	if e.kind == undecodable {
		return false
	}
	if o.expired(e, time.Now().UnixMilli()) {
		return true
	}
	if o.cfg.CoalesceWindow > 0 && o.absorbed(e) {
		return true
	}
	version, stored := o.held[e.key]
	return e.kind == good && stored && version >= o.version(e) || o.gated(e)
}

// absorbed says whether a newer record of the same driver may have replaced this one: it is in the
// store, or in a letter.
func (o *oracle) absorbed(e *entry) bool {
	if version, stored := o.held[e.key]; stored && version >= e.at {
		return true
	}
	for _, other := range o.parts[e.part].log {
		if other.driver != e.driver || other.kind == undecodable || other.at < e.at || other == e {
			continue
		}
		if o.graves[grave{other.part, other.offset}] {
			return true
		}
	}
	return false
}
