// Package query answers questions over HTTP. Of drivers: who is near, where is one, where was it, and
// what moves in an area now. Of orders: what became of one, and which are about something. Of members: which level
// they have, why and until when.
package query

import (
	"context"
	"errors"
	"net/http"
	"time"

	"sluice/internal/apikeys"
	"sluice/internal/httpserver"
	"sluice/internal/problem"
	"sluice/schemas/rules"
)

// The paths, as they are in metrics.
const (
	pathNearby = "/v1/drivers/nearby"
	pathDriver = "/v1/drivers/{id}"
	pathTrack  = "/v1/drivers/{id}/track"
	pathLive   = "/v1/live"
	pathOrder  = "/v1/orders/{orderId}"
	pathOrders = "/v1/orders"
	pathMember = "/v1/members/{id}"
	pathCounts = "/v1/members/{id}/counts"
	pathLevels = "/v1/members/{id}/levels"
)

// Deps are what questions are answered with; all are needed but Orders, Members, Changes and Obstacle.
type Deps struct {
	Drivers  Drivers
	Area     Area
	Orders   Orders       // nil: this installation keeps none, and no path of orders is served
	Members  Members      // nil: likewise of members
	Rules    *rules.Rules // of levels; needed with Members
	Changes  LevelChanges // nil: live streams have no levels
	Keys     *apikeys.Keys
	Observer Observer
	Obstacle func() string // why a store that has lost data cannot read it back now, and what to do, for clients; "" and nil = nobody knows of one
}

// Query is the endpoints and what their requests share.
type Query struct {
	cfg   Config
	deps  Deps
	slots chan struct{} // one for each question in flight
	live  *live
}

// New refuses settings that contradict each other, all complaints at once.
func New(cfg Config, deps Deps) (*Query, error) {
	err := cfg.Validate()
	if deps.Drivers == nil || deps.Area == nil || deps.Keys == nil || deps.Observer == nil {
		err = errors.Join(err, errors.New("query needs drivers, an area, keys and an observer"))
	}
	if deps.Members != nil && deps.Rules == nil {
		err = errors.Join(err, errors.New("query needs the rules of its members' levels"))
	}
	if err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	return &Query{
		cfg: cfg, deps: deps,
		slots: make(chan struct{}, cfg.MaxInFlight),
		live:  newLive(cfg, deps.Area, deps.Changes, deps.Observer),
	}, nil
}

// Run carries the live streams until ctx ends, then ends each of them; /v1/live answers
// 503 before and after. The other questions do not need it. It is called once.
func (q *Query) Run(ctx context.Context) error {
	q.live.run(ctx)
	return nil
}

// Routes are the endpoints, one GET each.
func (q *Query) Routes() []httpserver.Route {
	var routes []httpserver.Route
	get := func(path string, h http.Handler) {
		routes = append(routes, httpserver.Route{Method: http.MethodGet, Path: path, Handler: q.deps.Keys.Guard(h)})
	}
	get(pathNearby, q.question(pathNearby, q.nearby))
	get(pathDriver, q.question(pathDriver, q.driver))
	get(pathTrack, q.question(pathTrack, q.track))
	get(pathLive, q.live)
	if q.deps.Orders != nil {
		get(pathOrder, q.question(pathOrder, q.order))
		get(pathOrders, q.question(pathOrders, q.orders))
	}
	if q.deps.Members != nil {
		get(pathMember, q.question(pathMember, q.member))
		get(pathCounts, q.question(pathCounts, q.counts))
		get(pathLevels, q.question(pathLevels, q.levels))
	}
	return routes
}

// ask answers one question: a value to encode, a problem of the question, or an error of the store.
type ask func(ctx context.Context, r *http.Request, now time.Time) (any, *problem.Problem, error)

// question bounds ask in number and time, and writes what it answers.
func (q *Query) question(route string, ask ask) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case q.slots <- struct{}{}:
			defer func() { <-q.slots }()
		default:
			problem.Write(w, overloaded())
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), q.cfg.Timeout)
		defer cancel()
		answer, p, err := ask(ctx, r, time.Now())
		if err != nil {
			p = q.failed(ctx, err)
			if p.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
				q.deps.Observer.QueryFailed(route, err)
			}
		}
		if p != nil {
			problem.Write(w, p)
			return
		}
		writeJSON(w, answer)
	})
}
