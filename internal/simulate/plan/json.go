package plan

import "strconv"

// Append appends record r as an app sends it, without a line feed: about 170 bytes. Poison is
// spoiled in one of the ways that devices and programs have.
func (a *Author) Append(dst []byte, r *Record) []byte {
	lat, lon, from := r.LatE6, r.LonE6, len(dst)
	poisoned := r.Kind.Poison()
	if poisoned && r.form == outOfRange {
		lat = 91_500_000
	}
	if poisoned && r.form == nullIsland {
		lat, lon = 0, 0
	}
	dst = append(dst, `{"driverId":"`...)
	dst = a.DriverID(dst, r.Driver)
	dst = append(dst, `","ts":`...)
	dst = strconv.AppendInt(dst, r.TS, 10)
	dst = append(dst, `,"lat":`...)
	dst = Micro(dst, lat)
	dst = append(dst, `,"lon":`...)
	dst = Micro(dst, lon)
	dst = append(dst, `,"speed":`...)
	dst = strconv.AppendInt(dst, r.Speed/10, 10)
	dst = append(dst, '.', byte('0'+r.Speed%10))
	dst = append(dst, `,"heading":`...)
	dst = strconv.AppendInt(dst, r.Heading, 10)
	accuracy := usualAccuracy
	if poisoned {
		accuracy = r.form.accuracy()
	}
	dst = append(append(append(dst, `,"accuracy":`...), accuracy...), `,"status":"`...)
	dst = append(dst, r.Status.String()...)
	dst = append(dst, `","vehicle":"`...)
	dst = append(dst, Vehicle(r.Driver)...)
	dst = append(dst, `","city":"`+City...)
	if poisoned {
		dst = r.form.spoilText(dst)
	}
	dst = append(dst, `","seq":`...)
	dst = strconv.AppendInt(dst, r.N, 10)
	if poisoned {
		return r.form.spoilEnd(dst, from)
	}
	return append(dst, '}')
}

// Micro appends micro-degrees, 0 or more, as degrees with six decimals.
func Micro(dst []byte, v int64) []byte {
	dst = strconv.AppendInt(dst, v/1_000_000, 10)
	return padded(append(dst, '.'), v%1_000_000, 6)
}

// padded appends v, 0 or more, with leading zeros up to width.
func padded(dst []byte, v int64, width int) []byte {
	for limit := pow10(width - 1); limit > 1 && v < limit; limit /= 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, v, 10)
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}
