package watch

import (
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Observation is a named sum that a drill's `expect.bites` can ask about.
type Observation struct {
	Name  string
	About string // what is summed
	From  string // whence: a metric, or how it is derived
	Usual bool   // any load makes it grow, also one that nothing is done to
	Late  bool   // it is known only once the load has ended, or all is read: not after each round
}

// counted is an observation that is one metric's sum over the series that have all the labels.
type counted struct {
	name, about string
	metric      string
	label       string // "" = every series
	values      []string
	beyond      float64 // of a histogram: those above this bound, which is one of its own; 0 = all
	usual       bool
}

// Observations are all that can be asked about, by name.
func Observations() []Observation {
	all := derived()
	for _, c := range table() {
		all = append(all, Observation{Name: c.name, About: c.about, From: c.from(), Usual: c.usual})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

func (c *counted) from() string {
	text := c.metric
	if c.label != "" {
		text += "{" + c.label + "=" + strings.Join(c.values, " or ") + "}"
	}
	if c.beyond > 0 {
		text += " above " + strconv.FormatFloat(c.beyond, 'g', -1, 64)
	}
	return text
}

// Known says whether there is such an observation.
func Known(name string) bool {
	return slices.ContainsFunc(Observations(), func(o Observation) bool { return o.Name == name })
}

// Usual says whether any load makes it grow: such growth is no sign of a fault.
func Usual(name string) bool {
	return slices.ContainsFunc(Observations(), func(o Observation) bool { return o.Name == name && o.Usual })
}

// Late says whether it is known only once the load has ended, or all is read.
func Late(name string) bool {
	return slices.ContainsFunc(Observations(), func(o Observation) bool { return o.Name == name && o.Late })
}

// observe sums what one process says.
func observe(metrics []Metric) Sums {
	sums := Sums{}
	for _, c := range table() {
		for i := range metrics {
			if c.takes(&metrics[i]) {
				sums[c.name] += c.of(&metrics[i])
			}
		}
	}
	return sums
}

func (c *counted) takes(m *Metric) bool {
	if m.Name != c.metric {
		return false
	}
	if c.label == "" {
		return true
	}
	return slices.Contains(c.values, m.Labels[c.label])
}

// of is what a series adds. A bound that the histogram has not says nothing.
func (c *counted) of(m *Metric) float64 {
	if c.beyond == 0 {
		return m.Value
	}
	if within, has := m.Within[c.beyond]; has {
		return m.Value - within
	}
	return 0
}
