package embedded

import "bytes"

// crowd marks the rows of new drivers for whom there is no place. The rows are sorted by key; one
// whose driver is there already, or comes in by the same transaction, always has a place.
func (f *file) crowd(rows []*row) {
	if f.drivers == nil {
		return
	}
	left := f.cfg.MaxDrivers - f.drivers.size()
	if left >= len(rows) {
		return
	}
	for i, r := range rows {
		switch {
		case i > 0 && bytes.Equal(rows[i-1].key, r.key):
			r.crowded = rows[i-1].crowded
		case f.drivers.get(r.driver.id) != nil:
		case left > 0:
			left--
		default:
			r.crowded = true
		}
	}
}
