package gps

// driver is what a lane remembers of one driver for the outlier and movement gates.
type driver struct {
	known     bool
	last      spot // accepted
	candidate spot // the last outlier
	agreeing  int  // outliers in a row that agree with one another
	written   spot // passed by the movement gate
	state     uint64
}

func (d *driver) accept(here spot) {
	d.known, d.last, d.agreeing = true, here, 0
}

// drivers is a bounded memory: two generations, of which the elder is forgotten when the
// younger is full. A driver who pings stays; one who was silent for a generation starts anew.
type drivers struct {
	most  int
	young map[string]*driver
	elder map[string]*driver
}

func newDrivers(most int) *drivers {
	return &drivers{most: max(most/2, 1), young: map[string]*driver{}}
}

func (m *drivers) of(id []byte) *driver {
	if d, ok := m.young[string(id)]; ok {
		return d
	}
	d, ok := m.elder[string(id)]
	if !ok {
		d = &driver{}
	}
	if len(m.young) >= m.most {
		m.elder, m.young = m.young, make(map[string]*driver, m.most)
	}
	m.young[string(id)] = d
	return d
}
