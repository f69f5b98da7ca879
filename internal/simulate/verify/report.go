package verify

import (
	"fmt"
	"strings"

	"sluice/internal/printable"
)

// State of an assertion.
type State string

// The states.
const (
	Holds State = "holds"
	Fails State = "FAILS"
	NA    State = "n/a" // does not apply, or cannot be judged; Detail says why
)

// Assertion is one line of the proof.
type Assertion struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	State  State    `json:"state"`
	Detail string   `json:"detail"`          // what was compared, and how many
	First  []string `json:"first,omitempty"` // of what offends
}

// Report is the proof.
type Report struct {
	Run        string      `json:"run"`
	Assertions []Assertion `json:"assertions"`
	Notes      []string    `json:"notes,omitempty"`
	Waited     float64     `json:"waited"`  // s, for the pipelines
	Seconds    float64     `json:"seconds"` // s, all together
}

// Failed is how many assertions fail.
func (r *Report) Failed() int {
	n := 0
	for i := range r.Assertions {
		if r.Assertions[i].State == Fails {
			n++
		}
	}
	return n
}

// judgement collects what offends one assertion.
type judgement struct {
	Assertion
	faults int64
	parts  []string
}

// maxFirst is how many offenders are named.
const maxFirst = 5

func judging(id, name string) *judgement {
	return &judgement{Assertion: Assertion{ID: id, Name: name}}
}

// fault adds one offender, in which documents and letters may have their say.
func (j *judgement) fault(format string, args ...any) {
	j.faults++
	if len(j.First) < maxFirst {
		j.First = append(j.First, printable.Line(fmt.Sprintf(format, args...)))
	}
}

// expect is a fault unless two numbers are equal.
func (j *judgement) expect(what string, got, want int64) {
	if got != want {
		j.fault("%s: %d, want %d", what, got, want)
	}
}

// say adds to the detail.
func (j *judgement) say(format string, args ...any) {
	j.parts = append(j.parts, fmt.Sprintf(format, args...))
}

// done is the assertion.
func (j *judgement) done() Assertion {
	j.State, j.Detail = Holds, strings.Join(j.parts, "; ")
	if j.faults > 0 {
		j.State = Fails
		j.Detail = fmt.Sprintf("%d faults; ", j.faults) + j.Detail
	}
	return j.Assertion
}

// unjudged is an assertion that says nothing.
func (j *judgement) unjudged(why string) Assertion {
	j.State, j.Detail = NA, why
	return j.Assertion
}
