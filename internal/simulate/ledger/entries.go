package ledger

import (
	"sluice/internal/simulate/orders"
	"sluice/internal/simulate/plan"
)

// formatVersion is of Header and what follows it.
const formatVersion = 1

// Header is the first entry.
type Header struct {
	Version   int          `json:"version"`
	Plan      plan.Plan    `json:"plan"`             // of a load of pings
	Orders    *orders.Plan `json:"orders,omitempty"` // of a load of orders, which has no other plan; nil = it is of pings
	To        string       `json:"to"`               // the gateway's address
	Ops       []string     `json:"ops"`              // of each process's ops listener; none = no counters
	Topic     string       `json:"topic"`            // that the pipelines read; "" = one each
	Pipelines []Pipeline   `json:"pipelines"`        // whose fate is proved
}

// blocks checks the plan and says how many requests it has.
func (h *Header) blocks() (int64, error) {
	if h.Orders == nil {
		if err := h.Plan.Validate(); err != nil {
			return 0, err
		}
		return h.Plan.Blocks(), nil
	}
	author, err := orders.New(*h.Orders)
	if err != nil {
		return 0, err
	}
	return author.Blocks(), nil
}

// Pipeline is one reader of the topic.
type Pipeline struct {
	Name  string `json:"name"`
	Group string `json:"group"`
	Topic string `json:"topic,omitempty"` // "" = the header's
}

// State is what is known of a block.
type State string

// The states. A block below the last issued one without an entry is in doubt, too.
const (
	Answered State = "answered" // each record was acknowledged or refused
	Doubt    State = "doubt"    // sent, and no answer that says what became of it
	Skipped  State = "skipped"  // never sent: the backlog was over its limit, or the load ended
	None     State = ""         // no entry
)

// Outcome is what became of one block. Times are ms since the plan's start.
type Outcome struct {
	Block    int64     `json:"block"`
	State    State     `json:"state"`           // of the records sent to the gateway
	Sent     int64     `json:"sent,omitempty"`  // of the first attempt
	Done     int64     `json:"done,omitempty"`  // of the answer
	Tries    int64     `json:"tries,omitempty"` // requests sent
	Rejected int64     `json:"rejected,omitempty"`
	Refused  []Refusal `json:"refused,omitempty"` // the rejected that the gateway listed
	Topic    State     `json:"topic,omitempty"`   // of the records written to the topic; "" = there were none
	Puts     int64     `json:"puts,omitempty"`    // attempts to write them
}

// Refusal is a record that the gateway did not take.
type Refusal struct {
	Index int64  `json:"i"` // among the block's records to the gateway, from 0
	Code  string `json:"code"`
}

// Sample is where the readers stood at one moment.
type Sample struct {
	Asked   int64    `json:"asked"`   // ms since 1970 UTC, before asking
	At      int64    `json:"at"`      // … and once all had been answered
	Readers []Reader `json:"readers"` // a pipeline each
}

// Reader is where one pipeline stood.
type Reader struct {
	Pipeline   string    `json:"pipeline"`
	Partitions []Offsets `json:"partitions"`
}

// Offsets of one partition.
type Offsets struct {
	Partition int32 `json:"partition"`
	Start     int64 `json:"start"`     // of the oldest record that is there
	Committed int64 `json:"committed"` // next offset, -1 = none yet
	End       int64 `json:"end"`
}

// Next is the offset from which the reader would go on.
func (o *Offsets) Next() int64 { return max(o.Committed, o.Start) }

// Counters are the processes' own counts at one moment.
type Counters struct {
	At        int64     `json:"at"` // ms since 1970 UTC
	Processes []Process `json:"processes"`
}

// Process is one scrape.
type Process struct {
	URL     string  `json:"url"`
	Started float64 `json:"started"` // seconds since 1970 UTC: another one is another process
	Counts  []Count `json:"counts"`
}

// Life is the last scrape of a process that ended during the load: what it counted afterwards went with it.
type Life struct {
	At      int64   `json:"at"`             // ms since 1970 UTC, before asking
	Gone    int64   `json:"gone,omitempty"` // … when nobody listened there any more, or the next one answered; 0 = not known
	Process Process `json:"process"`
}

// Behind is how many records below a goal's ends are not committed by one reader or another. What
// others have added since the goal does not count.
func (s *Sample) Behind(goal *Sample) int64 {
	lag := int64(0)
	for i := range goal.Readers {
		reader := s.Reader(goal.Readers[i].Pipeline)
		for p := range goal.Readers[i].Partitions {
			next := int64(0)
			if p < len(reader.Partitions) {
				next = reader.Partitions[p].Next()
			}
			lag += max(0, goal.Readers[i].Partitions[p].End-next)
		}
	}
	return lag
}

// Reader finds one pipeline's.
func (s *Sample) Reader(pipeline string) *Reader {
	for i := range s.Readers {
		if s.Readers[i].Pipeline == pipeline {
			return &s.Readers[i]
		}
	}
	return &Reader{Pipeline: pipeline}
}

// Consumed is the verdict of a Count that says how many records a process has read.
const Consumed = "consumed"

// Doubtful is the verdict of a Count that says how often writes were offered again that the store may have taken: their
// answer was lost, or said neither yes nor no.
const Doubtful = "doubtful"

// Count is one series of sluice_records_total, or of sluice_records_consumed_total.
type Count struct {
	Pipeline string  `json:"pipeline"`
	Verdict  string  `json:"verdict"`
	Reason   string  `json:"reason"`
	Records  float64 `json:"records"`
}

// Closed is the last entry of a load that ended by itself.
type Closed struct {
	At  int64  `json:"at"`  // ms since 1970 UTC
	Why string `json:"why"` // done, interrupted, or the error that ended it
}

// entry is one frame's content: one of these.
type entry struct {
	Header   *Header   `json:"header,omitempty"`
	Issued   *int64    `json:"issued,omitempty"`
	Outcome  *Outcome  `json:"outcome,omitempty"`
	Sample   *Sample   `json:"sample,omitempty"`
	Counters *Counters `json:"counters,omitempty"`
	Life     *Life     `json:"life,omitempty"`
	Closed   *Closed   `json:"closed,omitempty"`
}
