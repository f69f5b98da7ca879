package schemas

import (
	"math"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// Units of the fixed-point fields of ping.proto.
const (
	protoDegree   = fixedUnit // lat_e7, lon_e7
	protoHundreds = 100       // speed_cms, heading_e2, accuracy_cm
)

// DecodePingProto reads the protobuf form of a ping (ping.proto) into p, which it resets
// first. Texts of p alias value. Every error is a *FieldError, after which p is not to be
// used. Bounds and datum are treated as by DecodePing. As protobuf wants it, the last of a
// repeated field counts, and unknown fields pass; they are counted in p.Unknown.
func DecodePingProto(p *Ping, value []byte) error {
	if len(value) > MaxPingBytes {
		return &FieldError{CodeTooLarge, "", "longer than 16 KiB"}
	}
	p.reset()
	var have fieldSet
	for len(value) > 0 {
		number, wire, n := protowire.ConsumeTag(value)
		if n < 0 || number > protowire.MaxValidNumber { // ConsumeTag lets larger ones pass, the library does not
			return &FieldError{CodeBadProtobuf, "", "a broken tag"}
		}
		value = value[n:]
		if number >= protowire.Number(fieldCount) {
			if n = protowire.ConsumeFieldValue(number, wire, value); n < 0 {
				return &FieldError{CodeBadProtobuf, "", "a broken unknown field"}
			}
			value = value[n:]
			p.Unknown++
			continue
		}
		f := field(number)
		n, err := p.setProto(f, wire, value)
		if err != nil {
			return err
		}
		value = value[n:]
		have = have.with(f)
	}
	return p.finish(have)
}

// setProto reads one known field's value and says how long it is.
func (p *Ping) setProto(f field, wire protowire.Type, value []byte) (int, error) {
	want := protowire.VarintType
	if f == fieldDriverID || f == fieldVehicle || f == fieldCity {
		want = protowire.BytesType
	}
	if wire != want {
		return 0, &FieldError{CodeWrongType, f.name(), "another wire type than ping.proto says"}
	}
	if wire == protowire.BytesType {
		text, n := protowire.ConsumeBytes(value)
		if n < 0 {
			return 0, &FieldError{CodeBadProtobuf, f.name(), "a broken length"}
		}
		if !utf8.Valid(text) {
			return 0, &FieldError{CodeBadUTF8, f.name(), "not UTF-8"}
		}
		return n, p.setText(f, text)
	}
	number, n := protowire.ConsumeVarint(value)
	if n < 0 {
		return 0, &FieldError{CodeBadProtobuf, f.name(), "a broken number"}
	}
	return n, p.setVarint(f, number)
}

// setVarint puts a number where it belongs; 32-bit types keep their low half, as
// protobuf does.
func (p *Ping) setVarint(f field, v uint64) error {
	low := v & math.MaxUint32
	switch f {
	case fieldTS:
		p.TS = int64(v)
	case fieldLat, fieldLon:
		p.setNumber(f, float64(protowire.DecodeZigZag(low))/protoDegree)
	case fieldSpeed, fieldHeading, fieldAccuracy:
		p.setNumber(f, float64(low)/protoHundreds)
	case fieldSeq:
		if v > math.MaxInt64 {
			return outOfRange(f.name(), "above 2^63 - 1")
		}
		p.Seq = int64(v)
	case fieldStatus:
		if low > uint64(StatusOffline) {
			return &FieldError{CodeUnknownEnum, f.name(), "not a status of ping.proto"}
		}
		p.Status = Status(low)
	case fieldDatum:
		if low > uint64(BD09) {
			return &FieldError{CodeUnknownEnum, f.name(), "not a datum of ping.proto"}
		}
		p.Datum = Datum(low)
	case fieldUnknown, fieldDriverID, fieldVehicle, fieldCity, fieldCount:
	}
	return nil
}
