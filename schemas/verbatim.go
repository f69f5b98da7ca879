package schemas

import (
	"bytes"
	"strconv"
)

// verbatim is a ping's own JSON when it can be its document as it is: known fields only,
// each with a value that means what it says. Most pings are so, and copying their bytes
// costs a fraction of writing their numbers anew.
type verbatim struct {
	object         []byte // from { to }, nil when the document has to be written field by field
	latFrom, latTo uint16 // where the number stands in object
	lonFrom, lonTo uint16
}

// maxVerbatimBytes bounds the object that is kept. Elasticsearch refuses a number of more
// than 1000 characters, which is a number all the same; and white space is not worth storing.
const maxVerbatimBytes = 1000

// isVerbatim says whether the fast reader, which met these fields with values (have) and
// these at all (seen), may keep the object: what it leaves out of a Ping (nulls, empty texts, readings
// not known, another datum) must not reach the store, and a bulk request is made of lines.
func (p *Ping) isVerbatim(have, seen fieldSet, object []byte) bool {
	return seen == have && p.Unknown == 0 && !have.has(fieldDatum) &&
		!(p.Speed < 0) && !(p.Heading < 0) && !(p.Accuracy < 0) && // NaN, an absent reading, may pass
		(!have.has(fieldStatus) || p.Status != StatusUnset) &&
		(!have.has(fieldVehicle) || len(p.Vehicle) > 0) && (!have.has(fieldCity) || len(p.City) > 0) &&
		len(object) <= maxVerbatimBytes &&
		bytes.IndexByte(object, '\n') < 0 && bytes.IndexByte(object, '\r') < 0 && bytes.IndexByte(object, '\\') < 0
}

// appendTo appends the document: the object with what a store adds.
func (v *verbatim) appendTo(dst []byte, receivedAt int64) []byte {
	dst = append(dst, v.object[:len(v.object)-1]...)
	dst = append(dst, `,"location":[`...)
	dst = append(dst, v.object[v.lonFrom:v.lonTo]...)
	dst = append(dst, ',')
	dst = append(dst, v.object[v.latFrom:v.latTo]...)
	dst = append(dst, ']')
	if receivedAt > 0 {
		dst = append(dst, `,"receivedAt":`...)
		dst = strconv.AppendInt(dst, receivedAt, 10)
	}
	return append(dst, '}')
}
