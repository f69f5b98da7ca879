// Package gateway takes records from apps over HTTP and puts them into Kafka. It says 202
// only for what Kafka has acknowledged.
package gateway

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"sluice/internal/apikeys"
	"sluice/internal/httpserver"
	"sluice/pipelines"
)

// Publisher makes records durable in a topic.
type Publisher interface {
	// Publish returns nil only once every record is on all in-sync replicas. It returns
	// soon after ctx ends. After nil it holds on to none of the records' memory; after an
	// error it may, for as long as it likes: the gateway never uses that memory again.
	//
	// An error that has a method `RecordIndex() int` names a record (a place in records)
	// that can never be published because of its size; any other is temporary. Either
	// way some of the records may have been published.
	Publish(ctx context.Context, topic string, records []pipelines.Record) error
}

// Deps are what the gateway works with; all are needed but Obstacle.
type Deps struct {
	Publisher Publisher
	Keys      *apikeys.Keys
	Observer  Observer
	Obstacle  func() string // why Kafka takes no records now and what to do about it, for clients; "" and nil = nobody knows of one
}

// Gateway is the endpoints and what their requests share.
type Gateway struct {
	cfg      Config
	deps     Deps
	flights  inFlight
	decoders decoders
	batches  sync.Pool
}

// New refuses settings that contradict each other, all complaints at once.
func New(cfg Config, deps Deps) (*Gateway, error) {
	err := cfg.Validate()
	if deps.Publisher == nil || deps.Keys == nil || deps.Observer == nil {
		return nil, errors.Join(err, errors.New("the gateway needs a publisher, keys and an observer"))
	}
	cfg = cfg.withDefaults()
	if err = errors.Join(err, deps.Keys.Allows(cfg.MaxRecords, cfg.MaxBodyBytes)); err != nil {
		return nil, err
	}
	g := &Gateway{cfg: cfg, deps: deps}
	g.flights.maxRequests = int64(cfg.MaxInFlight)
	g.flights.maxBytes = int64(cfg.MaxInFlightBytes)
	g.batches.New = func() any { return newBatch() }
	return g, nil
}

// Routes are the endpoints, one POST each.
func (g *Gateway) Routes() []httpserver.Route {
	var routes []httpserver.Route
	for _, s := range streams() {
		routes = append(routes, httpserver.Route{
			Method: http.MethodPost, Path: s.path,
			Handler: &endpoint{Gateway: g, stream: s, fullTopic: g.cfg.TopicPrefix + s.topic},
		})
	}
	return routes
}
