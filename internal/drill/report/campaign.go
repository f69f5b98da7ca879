package report

import (
	"time"

	"sluice/internal/drill/watch"
)

// Verdict is how a drill or a campaign ended.
type Verdict string

// The verdicts.
const (
	Held    Verdict = "held"
	Failed  Verdict = "failed"
	Cannot  Verdict = "cannot"  // cannot be had on this machine, Drill.Why says why
	Stopped Verdict = "stopped" // interrupted: proves nothing
)

// Campaign is all that one command played.
type Campaign struct {
	Command  string    `json:"command"` // as typed, such as drill run --all --times 3
	Seed     uint64    `json:"seed"`
	Times    int       `json:"times"` // how often each fault was injected
	Began    time.Time `json:"began"`
	Ended    time.Time `json:"ended"`
	Verdict  Verdict   `json:"verdict"` // worst of its drills; failed wins over stopped over held; cannot = none could be had
	Versions []Version `json:"versions"`
	Schedule []string  `json:"schedule,omitempty"` // of a random campaign: all that follows from the seed
	Drills   []Drill   `json:"drills"`
}

// Version is of one thing that took part: sluice, its commit, Go, Kafka, Elasticsearch, the machine.
type Version struct {
	Of string `json:"of"`
	Is string `json:"is"` // "" = unknown
}

// Drill is one ledger and what happened meanwhile.
type Drill struct {
	Name       string           `json:"name"`
	About      string           `json:"about"`
	Catalogue  []int            `json:"catalogue,omitempty"`
	Verdict    Verdict          `json:"verdict"`
	Why        string           `json:"why,omitempty"` // of cannot and stopped
	Seed       uint64           `json:"seed"`          // of the load
	Run        string           `json:"run"`           // name in the ledger
	Began      time.Time        `json:"began"`
	Ended      time.Time        `json:"ended"`
	Load       Load             `json:"load"`
	Injections []Injection      `json:"injections"`
	Assertions []Assertion      `json:"assertions"`
	Bites      []Bite           `json:"bites"`
	Drains     []watch.Drain    `json:"drains,omitempty"`
	Flat       []watch.Flatness `json:"flat,omitempty"`
	Stops      []Stop           `json:"stops"`
	Failures   []string         `json:"failures,omitempty"` // in the order in which they showed; the first comes first
	Notes      []string         `json:"notes,omitempty"`
	Watched    watch.Record     `json:"watched"`
}

// Load is what clients did: figures of simulate's summary.
type Load struct {
	Rate     float64 `json:"rate"` // records a second, asked for
	Drivers  int     `json:"drivers"`
	Members  int     `json:"members,omitempty"` // who order; 0 = pings were sent, of drivers
	Due      int64   `json:"due"`
	Acked    int64   `json:"acked"`
	Refused  int64   `json:"refused"`
	Doubtful int64   `json:"doubtful"`
	Requests int64   `json:"requests"`
	Retries  int64   `json:"retries"`
	P99      float64 `json:"p99"` // ms from due to answered
}

// Injection is one fault, once. A moment that never came is zero.
type Injection struct {
	Round      int       `json:"round"` // 1 … Campaign.Times
	Fault      string    `json:"fault"`
	On         string    `json:"on,omitempty"`
	Detail     string    `json:"detail,omitempty"` // further arguments, in a few words
	Injecting  time.Time `json:"injecting"`
	InForce    time.Time `json:"inForce"`
	Healing    time.Time `json:"healing"`
	Healed     time.Time `json:"healed"`
	Searchable Recovery  `json:"searchable"` // a fresh ping was found
	Consuming  Recovery  `json:"consuming"`  // every partition's commit moved on
	Refused    Recovery  `json:"refused"`    // a client was answered 503
}

// Recovery is how long something took, beside how long it may.
type Recovery struct {
	Asked   bool    `json:"asked"`   // false = was not measured
	Seconds float64 `json:"seconds"` // -1 = did not happen in time
	Limit   float64 `json:"limit"`   // s
}

// Met says whether it was in time; what was not asked for is.
func (r Recovery) Met() bool { return !r.Asked || r.Seconds >= 0 && r.Seconds <= r.Limit }

// Assertion is one of L0 to L11, as simulate verify prints it. State is holds, FAILS or n/a.
type Assertion struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	State  string   `json:"state"`
	Detail string   `json:"detail"`
	First  []string `json:"first,omitempty"`
	// Allowed is why the drill's file lets it not hold, "" when it does not.
	Allowed string `json:"allowed,omitempty"`
}

// The states of an assertion.
const (
	stateHolds = "holds"
	stateFails = "FAILS"
	stateNA    = "n/a"
)

// Bite is a condition that shows that a fault did something.
type Bite struct {
	Asked string `json:"asked"` // as the drill's file has it
	Seen  string `json:"seen"`
	Held  bool   `json:"held"`
}

// Stop is how a process ended when it was asked to, at the drill's end.
type Stop struct {
	Process string  `json:"process"`
	Code    int     `json:"code"`
	Seconds float64 `json:"seconds"`
	Left    string  `json:"left,omitempty"` // what it said it left; "" = nothing
}
