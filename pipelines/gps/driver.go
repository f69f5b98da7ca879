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

// drivers are those whom a lane remembers, by seat.
type drivers []driver

// at is the driver of a seat. The pointer is good until the next call.
func (m *drivers) at(seat pipelines.Seat) *driver {
	for int(seat.Number) >= len(*m) {
		*m = append(*m, driver{})
	}
	d := &(*m)[seat.Number]
	if seat.New {
		*d = driver{}
	}
	return d
}
