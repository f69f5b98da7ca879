package watch

import "errors"

// Condition is one line of a drill's `expect.bites`, such as "retried > 0": an observation, one of
// > >= < <= ==, and a number.
type Condition struct {
	text string
	name string
	than string
	n    float64
}

// ParseCondition reads a condition; an unknown observation is an error that names those there are.
func ParseCondition(text string) (Condition, error) { return Condition{}, errors.New(text) }

// String is the condition as it was written.
func (c Condition) String() string { return c.text }

// Judge says whether the growth fulfils the condition, and in words what was seen: "retried was 12, asked was > 0".
func (c Condition) Judge(grown Sums) (held bool, seen string) { return false, "" }
