package schemas

// DecodePing reads the JSON form of a ping into p, which it resets first. Texts of p
// alias value, unless they had to be unescaped. Every error is a *FieldError, after
// which p is not to be used.
//
// Coordinates come out as WGS-84: a gcj02 or bd09 position is converted here, once, and
// p.Datum keeps what the app said. Unknown fields are counted in p.Unknown. A null is an
// absent field, and so is -1 as speed, heading or accuracy (iOS's mark for "not known").
//
// It is stricter than encoding/json: bad UTF-8, duplicate keys, lone surrogates, names in
// another case, a depth above 20 and more than 64 unknown keys are refused.
func DecodePing(p *Ping, value []byte) error {
	if len(value) > MaxPingBytes {
		return &FieldError{CodeTooLarge, "", "longer than 16 KiB"}
	}
	p.reset()
	if have, ok := scanPing(p, value); ok {
		return p.finish(have)
	}
	return decodeGeneral(p, value)
}

// DecodePingValue reads a ping in the form that its content-type header selects: the
// protobuf form for ContentTypeProtobuf, else JSON.
func DecodePingValue(p *Ping, contentType, value []byte) error {
	if string(contentType) == ContentTypeProtobuf {
		return DecodePingProto(p, value)
	}
	return DecodePing(p, value)
}
