package progress

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Answer is what /v1/pipelines says. Null is what nobody could tell.
type Answer struct {
	At          int64      `json:"at"`                // ms since 1970 UTC
	Process     string     `json:"process,omitempty"` // on an ops listener only: who says it
	Pipelines   []Pipeline `json:"pipelines"`
	Relay       *Relay     `json:"relay"`       // null on an ops listener
	Unreachable []string   `json:"unreachable"` // peers, "kafka", and "levels" for their store, that did not answer: what they know is missing
}

// Pipeline is how one pipeline is doing.
type Pipeline struct {
	Pipeline          string      `json:"pipeline"`
	Group             string      `json:"group"`
	Topic             string      `json:"topic"`
	State             string      `json:"state"` // the worst of its partitions'
	Lag               *int64      `json:"lag"`   // records
	OldestUnsettledMS *int64      `json:"oldestUnsettledMs"`
	RatePerSecond     *float64    `json:"ratePerSecond"` // records settled
	ProducedPerSecond *float64    `json:"producedPerSecond"`
	TimeToDrainMS     *int64      `json:"timeToDrainMs"` // 0 = it keeps up; null = never, or not known
	Consumed          uint64      `json:"consumed"`      // since the processes began
	Verdicts          []Count     `json:"verdicts"`      // of those consumed, sorted
	Partitions        []Partition `json:"partitions"`    // by number
}

// Count is how many records ended in one way.
type Count struct {
	Verdict string `json:"verdict"`
	Reason  string `json:"reason"`
	Records uint64 `json:"records"`
}

// Partition is how a pipeline is doing in one partition.
type Partition struct {
	Partition         int32    `json:"partition"`
	State             string   `json:"state"`
	Lag               *int64   `json:"lag"`
	Committed         *int64   `json:"committed"` // next offset; null before the first commit
	End               *int64   `json:"end"`
	OldestUnsettledMS *int64   `json:"oldestUnsettledMs"`
	RatePerSecond     *float64 `json:"ratePerSecond"`

	told bool // the state is its owner's word
}

// The states beside those that a partition's owner tells (flowing, blocked, retrying,
// stalled, refused).
const (
	stateFlowing = "flowing"
	stateStalled = "stalled"
	stateUnknown = "unknown" // nobody told
)

// worse orders states: the greater number is what an operator must hear of first.
func worse(state string) int {
	return slices.Index([]string{stateFlowing, stateUnknown, "blocked", "retrying", stateStalled, "refused"}, state)
}

// worst is the worse of two states. A word that is not known counts as unknown.
func worst(a, b string) string {
	if worse(b) > worse(a) {
		return b
	}
	return a
}

// addCounts sums counts of one verdict and reason; beyond so many, those of a verdict are one.
func addCounts(to, from []Count) []Count {
	for _, c := range from {
		i := placeOf(to, c)
		if i < 0 && len(to) >= mostReasons {
			c.Reason = otherReason
			i = placeOf(to, c)
		}
		if i < 0 {
			to = append(to, c)
			continue
		}
		to[i].Records = plus(to[i].Records, c.Records)
	}
	slices.SortFunc(to, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(a.Reason, b.Reason))
	})
	return to
}

func placeOf(counts []Count, c Count) int {
	return slices.IndexFunc(counts, func(t Count) bool { return t.Verdict == c.Verdict && t.Reason == c.Reason })
}

// Millis is a Pace's time on the wire: null when it is none.
func Millis(d time.Duration) *int64 {
	if d == Unknown || d == Never {
		return nil
	}
	ms := d.Milliseconds()
	return &ms
}

// Rate is a Pace's rate on the wire, to a tenth: null when it is not known.
func Rate(perSecond float64) *float64 {
	if math.IsNaN(perSecond) {
		return nil
	}
	rounded := math.Round(perSecond*10) / 10
	return &rounded
}
