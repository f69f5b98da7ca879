package schemas

import "strconv"

// PingID appends the id of a ping in history: driver-ts-seq, with ts as the device sent it,
// and driver-ts- when the ping has no seq. Read from the right it has one meaning, dashes
// in a driver id notwithstanding. It is at most 104 bytes (Elasticsearch takes 512).
func PingID(dst []byte, p *Ping) []byte {
	dst = append(dst, p.DriverID...)
	dst = append(dst, '-')
	dst = strconv.AppendInt(dst, p.TS, 10)
	dst = append(dst, '-')
	if p.Seq >= 0 {
		dst = strconv.AppendInt(dst, p.Seq, 10)
	}
	return dst
}
