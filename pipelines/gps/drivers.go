package gps

import "sluice/pipelines"

// driver is what a lane remembers of one driver for the outlier and movement gates. It
// holds no pointer, so that a hundred thousand of them cost the collector nothing.
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
	most    int
	hashing pipelines.Hashing
	young   *generation
	elder   *generation
}

type generation struct {
	index   pipelines.Index
	drivers []driver
}

func newDrivers(most int) *drivers {
	return &drivers{most: max(most/2, 1), hashing: pipelines.NewHashing(), young: &generation{}, elder: &generation{}}
}

// of is the driver with that id. The pointer is good until the next call.
func (m *drivers) of(key []byte) *driver {
	id := m.hashing.Of(key)
	if at, known := m.young.index.Get(id); known {
		return &m.young.drivers[at]
	}
	var d driver
	if at, known := m.elder.index.Get(id); known {
		d = m.elder.drivers[at]
	}
	if len(m.young.drivers) >= m.most {
		m.elder, m.young = m.young, m.elder
		m.young.index.Clear()
		m.young.drivers = m.young.drivers[:0]
	}
	m.young.index.Put(id, int32(len(m.young.drivers)))
	m.young.drivers = append(m.young.drivers, d)
	return &m.young.drivers[len(m.young.drivers)-1]
}
