package watch

// Sums are observations by name, added up over all processes and all their lives. The names are
// those of the table in observations.go.
type Sums map[string]float64

// Since is the growth from an earlier look to this one.
func (s Sums) Since(earlier Sums) Sums {
	grown := make(Sums, len(s))
	for name, value := range s {
		grown[name] = value - earlier[name]
	}
	return grown
}
