package watch

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"sluice/internal/drill/script"
)

// Sums are observations by name, added up over all processes and all their lives. The names are
// those of Observations.
type Sums map[string]float64

// Since is the growth from an earlier look to this one.
func (s Sums) Since(earlier Sums) Sums {
	grown := make(Sums, len(s))
	for name, value := range s {
		grown[name] = value - earlier[name]
	}
	return grown
}

// add adds another's.
func (s Sums) add(other Sums) {
	for name, value := range other {
		s[name] += value
	}
}

// FromLoad takes what clients saw out of the JSON summary that simulate prints.
func FromLoad(summary []byte) (Sums, error) {
	var said struct {
		Doubtful   float64 `json:"doubtful"`
		Retries    float64 `json:"retries"`
		Status503  float64 `json:"status503"`
		Unanswered float64 `json:"unanswered"`
		Late       float64 `json:"late"`
		Doubled    float64 `json:"doubled"`
		Disordered float64 `json:"disordered"`
		Ahead      float64 `json:"ahead"`
		Poisoned   float64 `json:"poisoned"`
	}
	if err := json.Unmarshal(summary, &said); err != nil {
		return nil, fmt.Errorf("reading the load's summary: %w", err)
	}
	return Sums{
		doubtful: said.Doubtful, clientTries: said.Retries, client503: said.Status503, clientUnsaid: said.Unanswered,
		sentLate: said.Late, sentDoubled: said.Doubled, sentDisordered: said.Disordered, sentAhead: said.Ahead, sentPoison: said.Poisoned,
	}, nil
}

// With has another's observations, too.
func (s Sums) With(other Sums) Sums {
	both := make(Sums, len(s)+len(other))
	both.add(s)
	both.add(other)
	return both
}

// Judge says whether the growth fulfils a condition, and what was seen. An observation that nobody made fails, whatever
// is asked of it; of one that does not exist the words name those that do.
func Judge(bite script.Bite, grown Sums) (held bool, seen string) {
	asked := []string{bite.Name}
	if bite.Of != "" {
		asked = append(asked, bite.Of)
	}
	var said []string
	for _, name := range asked {
		if !Known(name) {
			return false, unknown(name)
		}
		n, known := grown[name]
		if !known {
			return false, name + " is not known"
		}
		said = append(said, name+" was "+strconv.FormatFloat(n, 'f', -1, 64))
	}
	return bite.Holds(grown[bite.Name], grown[bite.Of]), strings.Join(said, ", ")
}

func unknown(name string) string {
	names := make([]string, 0, 64)
	for _, o := range Observations() {
		names = append(names, o.Name)
	}
	return fmt.Sprintf("there is no observation %q: want one of %s", name, strings.Join(names, ", "))
}
