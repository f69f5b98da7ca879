package simulation

import (
	"time"

	"sluice/pipelines"
	"sluice/pipelines/gps"
)

// scenario is one run, told before it begins: what is sent, how the pipeline is set up, and what
// goes wrong when. All times in it are since the start.
type scenario struct {
	seed       uint64
	history    bool // gps-history, else gps-live
	cfg        pipelines.Config
	gps        gps.Config
	partitions int
	machines   int // that run one process each
	letterMax  int // bytes of a record that the dead-letter topic takes
	records    []record
	faults     []fault
	bug        *plant // in the path's way to the world; nil but in tests of the model
}

// record is one ping as it will stand in the topic.
type record struct {
	uid     int // its name: stays while the scenario shrinks
	ping    int // what it says: a repetition has the same
	kind    kind
	part    int
	skip    int64 // offsets before it that hold nothing
	arrives time.Duration
	stamped time.Duration // the record's timestamp: before it arrives in a backlog
	driver  int
	event   time.Duration // what the device's clock says
	seq     int
	jump    int           // how far from home, in thousandths of a degree
	offline bool          // the driver's status
	header  string        // received-at: "", "true", "ahead" or "junk"
	heard   time.Duration // what a true header says
	keyless bool
	pad     int  // bytes that make its value larger
	noise   int  // bytes of a header that nobody reads
	unknown bool // it has a field that the schema does not know
}

type kind int

const (
	good kind = iota
	undecodable
	rejected // by the store, for good
)

// fault is something that goes wrong at a time or from one time until another.
type fault struct {
	kind        faultKind
	from, until time.Duration
	machine     int // whose, where one is hit
	step        int // a crash at this step of its machine instead of at a time
	permille    int // of the chances it has
}

type faultKind int

const (
	storeBusy    faultKind = iota // items are to be offered again
	storeRefuses                  // items are refused, as with a wrong password
	storeMute                     // items stay without an answer
	storeBreaks                   // whole calls fail, with or without effect
	storeSlow                     // calls take seconds, and some are deaf to their context
	lettersFail                   // dead letters are not acknowledged, with or without effect
	commitsFail                   // with or without effect
	commitsSlow                   // they take seconds
	pollsFail                     // the source breaks, and its process ends
	pollsRepeat                   // records come a second time
	rebalance                     // all partitions change hands
	crash                         // a process is gone, with all it had in memory
	crashAtStep                   // the same, between two steps of its dealings with the world
	stop                          // a process is asked to end, and started again
	freeze                        // a process stands still, and goes on as if nothing had been
	faultKinds                    // how many there are
)

// during is the fault of a kind at that time, nil when there is none.
func (s *scenario) during(kind faultKind, now time.Duration) *fault {
	for i := range s.faults {
		if f := &s.faults[i]; f.kind == kind && f.from <= now && now < f.until {
			return f
		}
	}
	return nil
}

// horizon is when nothing goes wrong any more and all was sent.
func (s *scenario) horizon() time.Duration {
	last := time.Duration(0)
	for i := range s.faults {
		last = max(last, s.faults[i].from, s.faults[i].until)
	}
	for i := range s.records {
		last = max(last, s.records[i].arrives)
	}
	return last + time.Millisecond
}

// maxAge is the age limit of the pipeline at hand, 0 = none.
func (s *scenario) maxAge() time.Duration {
	if s.history {
		return s.gps.HistoryMaxAge
	}
	return s.gps.MaxAge
}
