package schemas

// DecodePingProto stub.
func DecodePingProto(p *Ping, _ []byte) error {
	p.reset()
	return &FieldError{CodeBadProtobuf, "", "stub"}
}
