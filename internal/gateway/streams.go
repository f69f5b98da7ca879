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
		{path: "/v1/orders", topic: schemas.TopicOrders, decode: decodeOrder},
		{path: "/v1/purchases", topic: schemas.TopicPurchases, decode: decodePurchase},
	}
}

// Topics are those that the endpoints write to, before the prefix.
func Topics() []string {
	var topics []string
	for _, s := range streams() {
		topics = append(topics, s.topic)
	}
	return topics
}

func decodePing(value []byte) (item, error) {
	var p schemas.Ping
	if err := schemas.DecodePing(&p, value); err != nil {
		return item{}, err
	}
	return keyed(p.DriverID, p.Unknown, value)
}

func decodeOrder(value []byte) (item, error) {
	var e schemas.OrderEvent
	if err := schemas.DecodeOrder(&e, value); err != nil {
		return item{}, err
	}
	return keyed(e.MemberID, e.Unknown, value)
}

func decodePurchase(value []byte) (item, error) {
	var p schemas.Purchase
	if err := schemas.DecodePurchase(&p, value); err != nil {
		return item{}, err
	}
	return keyed(p.MemberID, p.Unknown, value)
}

// keyed looks for an event id only where there is a field that the schema does not know.
func keyed(key []byte, unknown int, value []byte) (item, error) {
	if unknown == 0 {
		return item{key: key}, nil
	}
	id, err := eventID(value)
	return item{key: key, eventID: id}, err
}
