package schemas

import "strconv"

// AppendPosition appends the document of a ping as it rests in positions and in pings-…:
// a Position, with location as [lon,lat] for searches, receivedAt, and deviceTs when the
// device's clock said something else than ts, the effective event time. Times are in ms;
// a receivedAt of 0 or below is left out. p comes from a decoder: its coordinates are WGS-84.
func AppendPosition(dst []byte, p *Ping, ts, receivedAt int64) []byte {
	if p.verbatim.object != nil && ts == p.TS {
		return p.verbatim.appendTo(dst, receivedAt)
	}
	dst = append(dst, `{"driverId":`...)
	dst = appendText(dst, p.DriverID)
	dst = append(dst, `,"ts":`...)
	dst = strconv.AppendInt(dst, ts, 10)
	if ts != p.TS {
		dst = append(dst, `,"deviceTs":`...)
		dst = strconv.AppendInt(dst, p.TS, 10)
	}
	dst = append(dst, `,"lat":`...)
	lat := len(dst)
	dst = appendFloat(dst, p.Lat)
	latEnd := len(dst)
	dst = append(dst, `,"lon":`...)
	lon := len(dst)
	dst = appendFloat(dst, p.Lon)
	lonEnd := len(dst)
	dst = append(dst, `,"location":[`...)
	dst = append(dst, dst[lon:lonEnd]...)
	dst = append(dst, ',')
	dst = append(dst, dst[lat:latEnd]...)
	dst = append(dst, ']')
	dst = appendOptional(dst, p)
	if receivedAt > 0 {
		dst = append(dst, `,"receivedAt":`...)
		dst = strconv.AppendInt(dst, receivedAt, 10)
	}
	return append(dst, '}')
}
