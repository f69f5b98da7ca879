package schemas

import (
	"math"
	"strconv"
)

// AppendPingJSON appends the canonical JSON of a ping, without a line break: the fields in
// the order of ping.proto, absent ones left out, numbers in their shortest exact form.
//
// Lat and Lon are written as they are, next to p.Datum (left out for WGS-84). A ping that
// comes from a decoder is WGS-84 already: set its Datum to WGS84 first, or the next
// decoder converts it again. A required number must be finite.
func AppendPingJSON(dst []byte, p *Ping) []byte {
	dst = append(dst, `{"driverId":`...)
	dst = appendText(dst, p.DriverID)
	dst = append(dst, `,"ts":`...)
	dst = strconv.AppendInt(dst, p.TS, 10)
	dst = append(dst, `,"lat":`...)
	dst = appendFloat(dst, p.Lat)
	dst = append(dst, `,"lon":`...)
	dst = appendFloat(dst, p.Lon)
	dst = appendOptional(dst, p)
	if p.Datum != WGS84 {
		dst = append(dst, `,"datum":"`...)
		dst = append(dst, p.Datum.String()...)
		dst = append(dst, '"')
	}
	return append(dst, '}')
}

// appendOptional appends the optional fields that a ping and a position share, each with
// the comma before it.
func appendOptional(dst []byte, p *Ping) []byte {
	dst = appendReading(dst, `,"speed":`, p.Speed)
	dst = appendReading(dst, `,"heading":`, p.Heading)
	dst = appendReading(dst, `,"accuracy":`, p.Accuracy)
	if p.Status != StatusUnset {
		dst = append(dst, `,"status":"`...)
		dst = append(dst, p.Status.String()...)
		dst = append(dst, '"')
	}
	if len(p.Vehicle) > 0 {
		dst = append(dst, `,"vehicle":`...)
		dst = appendText(dst, p.Vehicle)
	}
	if len(p.City) > 0 {
		dst = append(dst, `,"city":`...)
		dst = appendText(dst, p.City)
	}
	if p.Seq >= 0 {
		dst = append(dst, `,"seq":`...)
		dst = strconv.AppendInt(dst, p.Seq, 10)
	}
	return dst
}

// appendReading appends a number with its key, nothing when it is absent.
func appendReading(dst []byte, key string, value float64) []byte {
	if math.IsNaN(value) {
		return dst
	}
	return appendFloat(append(dst, key...), value)
}
