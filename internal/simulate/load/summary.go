package load

import "time"

// Summary is what a load did. Counts are records unless they say otherwise.
type Summary struct {
	Planned     int64 `json:"planned"`
	Due         int64 `json:"due"`     // of the planned, when the load ended
	Skipped     int64 `json:"skipped"` // never sent: the backlog was over its limit, or the load was ended
	Acked       int64 `json:"acked"`   // doubles included, as everywhere below
	Refused     int64 `json:"refused"`
	Doubtful    int64 `json:"doubtful"` // sent, and given up without an answer
	Doubled     int64 `json:"doubled"`
	Disordered  int64 `json:"disordered"`
	Late        int64 `json:"late"`
	Ahead       int64 `json:"ahead"`
	Teleported  int64 `json:"teleported"`
	Poisoned    int64 `json:"poisoned"`            // sent to the gateway
	TopicPoison int64 `json:"topicPoison"`         // written to the topic
	Voided      int64 `json:"voided,omitempty"`    // refunds and cancellations
	Purchased   int64 `json:"purchased,omitempty"` // levels bought

	Requests    int64  `json:"requests"` // answered or given up
	Repeated    int64  `json:"repeated"` // requests that needed more than one attempt
	Retries     int64  `json:"retries"`  // attempts beyond the first
	Status429   int64  `json:"status429"`
	Status503   int64  `json:"status503"`
	StatusOther int64  `json:"statusOther"`
	Unanswered  int64  `json:"unanswered"`          // attempts cut off, timed out, or without a connection
	LastError   string `json:"lastError,omitempty"` // of an attempt
	Settled     bool   `json:"settled"`             // the readers have committed all of it

	Latency Latency `json:"latency"`
	Seconds float64 `json:"seconds"` // from the plan's start to the last answer
	Rate    float64 `json:"rate"`    // records answered a second, while new ones were due
	Cost    Cost    `json:"cost"`
}

// Latency is from when a record was due until its answer, ms: waiting for a connection or
// for a second attempt counts. What was skipped or given up is not in it.
type Latency struct {
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
}

// Cost is what this process spent on the load.
type Cost struct {
	CPUSeconds float64 `json:"cpuSeconds"`
	PerMillion float64 `json:"perMillion"` // CPU seconds for a million records answered
	PerCore    float64 `json:"perCore"`    // records a second that one core would carry at this cost
	PeakBytes  int64   `json:"peakBytes"`  // most resident memory
}

func (t *tally) summary(l *load, cost Cost) Summary {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sum
	s.Settled = t.drain.left() == 0
	s.Planned, s.Due, s.Skipped, s.Retries = l.total, l.due.Load(), l.skipped.Load(), l.retries.Load()
	if t.times == nil {
		t.last, t.steady = l.start, l.start
	} else {
		at := func(q float64) float64 { return float64(t.times.ValueAtQuantile(q)) / 1000 }
		s.Latency = Latency{P50: at(50), P99: at(99), P999: at(99.9), Max: float64(t.times.Max()) / 1000}
	}
	s.Seconds = max(0, t.last.Sub(l.start).Seconds())
	sent := float64(s.Acked + s.Refused + s.TopicPoison)
	s.Rate = float64(t.steadySum) / max(t.steady.Sub(l.start).Seconds(), time.Millisecond.Seconds())
	s.Cost = cost
	if sent > 0 && cost.CPUSeconds > 0 {
		s.Cost.PerMillion = cost.CPUSeconds / sent * 1e6
		s.Cost.PerCore = sent / cost.CPUSeconds
	}
	return s
}
