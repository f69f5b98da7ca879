package schemas

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// AppendPingProto appends the protobuf form of a ping, numbers rounded to the units of
// ping.proto and absent fields left out. As with AppendPingJSON, Lat and Lon are written
// as they are, next to p.Datum. Numbers must lie within the bounds of a ping.
func AppendPingProto(dst []byte, p *Ping) []byte {
	dst = appendProtoText(dst, fieldDriverID, p.DriverID)
	dst = appendProtoNumber(dst, fieldTS, uint64(p.TS))
	dst = appendProtoNumber(dst, fieldLat, zigZag32(p.Lat))
	dst = appendProtoNumber(dst, fieldLon, zigZag32(p.Lon))
	dst = appendProtoReading(dst, fieldSpeed, p.Speed)
	dst = appendProtoReading(dst, fieldHeading, p.Heading)
	dst = appendProtoReading(dst, fieldAccuracy, p.Accuracy)
	if p.Status != StatusUnset {
		dst = appendProtoNumber(dst, fieldStatus, uint64(p.Status))
	}
	if len(p.Vehicle) > 0 {
		dst = appendProtoText(dst, fieldVehicle, p.Vehicle)
	}
	if len(p.City) > 0 {
		dst = appendProtoText(dst, fieldCity, p.City)
	}
	if p.Seq >= 0 {
		dst = appendProtoNumber(dst, fieldSeq, uint64(p.Seq))
	}
	if p.Datum != WGS84 {
		dst = appendProtoNumber(dst, fieldDatum, uint64(p.Datum))
	}
	return dst
}

// zigZag32 is a degree as sint32 x 10^7 goes over the wire.
func zigZag32(degree float64) uint64 {
	return protowire.EncodeZigZag(int64(math.Round(degree * protoDegree)))
}

func appendProtoText(dst []byte, f field, text []byte) []byte {
	dst = protowire.AppendTag(dst, protowire.Number(f), protowire.BytesType)
	return protowire.AppendBytes(dst, text)
}

func appendProtoNumber(dst []byte, f field, v uint64) []byte {
	dst = protowire.AppendTag(dst, protowire.Number(f), protowire.VarintType)
	return protowire.AppendVarint(dst, v)
}

// appendProtoReading appends a number in hundredths, nothing when it is absent.
func appendProtoReading(dst []byte, f field, value float64) []byte {
	if math.IsNaN(value) {
		return dst
	}
	return appendProtoNumber(dst, f, uint64(math.Round(value*protoHundreds)))
}
