package drill

import (
	"context"

	"sluice/internal/drill/fault"
	"sluice/internal/drill/report"
	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
	"sluice/internal/drill/watch"
)

// Theatre sets the scene for a drill.
type Theatre interface {
	// Set makes all that a drill needs, for it alone; no process runs yet. ErrCannot (fault) says that
	// the machine has not what it asks for.
	Set(ctx context.Context, d *script.Drill, seed uint64) (*Scene, error)
}

// Scene is what one drill is played with.
type Scene struct {
	Cast      Cast
	Faults    Faults
	Load      Load
	Prober    Prober
	Offsets   Offsets
	Pipelines []watch.Pipeline
	Prover    Prover
	Watch     Watch
	Seen      Seen
	Even      func(ctx context.Context) error // lets every broker lead its share again, so that hurting one hurts
	Strike    func(ctx context.Context) error // takes all of it away
}

// Cast is the processes under test.
type Cast interface {
	// Start returns once all of them are ready.
	Start(ctx context.Context) error
	// Stop asks each once to end, those who serve clients first, and says how each did. One that had ended
	// before is among them.
	Stop(ctx context.Context) []report.Stop
}

// Faults makes faults; each is for one injection.
type Faults interface {
	Make(f script.Fault) (fault.Fault, error)
}

// Load is what clients send meanwhile, with its ledger.
type Load interface {
	// Start returns the run's name once it sends.
	Start(ctx context.Context) (run string, err error)
	// Stop ends it early; the ledger is whole then.
	Stop(ctx context.Context) (Sent, error)
	// Ended is closed when it has ended, asked or not.
	Ended() <-chan struct{}
}

// Sent is what a load said of itself at its end.
type Sent struct {
	Load report.Load
	Seen watch.Sums // what its clients observed
}

// Prober posts as a client of a run would.
type Prober interface {
	// Probe posts a fresh ping, and returns once a question has found it.
	Probe(ctx context.Context, run string) error
	// Refused posts until it is answered 503. What is posted meanwhile is as Probe's.
	Refused(ctx context.Context, run string) error
}

// Offsets tells how a group stands in each partition of a topic.
type Offsets interface {
	Offsets(ctx context.Context, group, topic string) (map[int32]stage.Offsets, error)
}

// Prover asks what became of each record of the load. Lost are files of what a fault has taken away
// for good.
type Prover interface {
	Prove(ctx context.Context, lost []string) (Proof, error)
}

// Proof is what it found.
type Proof struct {
	Assertions []report.Assertion
	Notes      []string
}

// Watch looks at the processes from outside; see package watch.
type Watch interface {
	Run(ctx context.Context) error
	Look(ctx context.Context)
	Note(what string)
}

// Seen is what a Watch has seen.
type Seen interface {
	Sums() watch.Sums
	Calm() bool // what was read again is counted, as of the last look
	Record() watch.Record
}

// Teller is told how a campaign goes.
type Teller interface {
	Tell(drill, what string)
	Done(d *report.Drill)
}
