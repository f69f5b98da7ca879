package gateway

import "sluice/schemas"

// stream is one endpoint: where its records go and what they must look like. A new
// endpoint is one more entry of streams.
type stream struct {
	path   string
	topic  string // before the prefix
	decode func(value []byte) (item, error)
}

// item is what the gateway needs of one record. The slices may alias it.
type item struct {
	key     []byte
	eventID []byte // the client's own id of the record; nil = none
}

func streams() []stream {
	return []stream{
		{path: "/v1/pings", topic: schemas.TopicPings, decode: decodePing},
	}
}

func decodePing(value []byte) (item, error) {
	var p schemas.Ping
	if err := schemas.DecodePing(&p, value); err != nil {
		return item{}, err
	}
	if p.Unknown == 0 {
		return item{key: p.DriverID}, nil
	}
	id, err := eventID(value)
	return item{key: p.DriverID, eventID: id}, err
}
