package query

import (
	"context"
	"math"
	"net/http"
	"time"

	"sluice/internal/problem"
	"sluice/schemas"
)

// nearbyAnswer is the drivers around a point, nearest first.
type nearbyAnswer struct {
	Drivers   []point `json:"drivers"`
	Truncated bool    `json:"truncated"` // there are more within the radius
}

// nearby asks the store for one driver more than it answers with, to know whether there are more.
func (q *Query) nearby(ctx context.Context, r *http.Request, now time.Time) (any, *problem.Problem, error) {
	p := readParams(r, "lat", "lon", "radius", "limit", "status", "vehicle", "city", "maxAge")
	required := math.NaN()
	limit := int(p.integer("limit", int64(q.cfg.Limit), 1, int64(q.cfg.MaxLimit)))
	question := schemas.NearbyQuery{
		Lat:     p.number("lat", required, bounds{low: -90, high: 90, unit: "degrees"}),
		Lon:     p.number("lon", required, bounds{low: -180, high: 180, unit: "degrees"}),
		Radius:  p.number("radius", q.cfg.Radius, bounds{high: q.cfg.MaxRadius, open: true, unit: "metres"}),
		Limit:   limit + 1,
		MaxAge:  p.duration("maxAge", q.cfg.MaxAge, q.cfg.MaxMaxAge),
		Now:     now,
		Status:  p.choice("status", schemas.StatusIdle.String(), schemas.StatusBusy.String(), schemas.StatusOffline.String()),
		Vehicle: p.text("vehicle", schemas.MaxTextBytes),
		City:    p.text("city", schemas.MaxTextBytes),
	}
	if complaint := p.problem(); complaint != nil {
		return nil, complaint, nil
	}
	found, err := q.deps.Drivers.Nearby(ctx, question)
	if err != nil {
		return nil, nil, err
	}
	answer := nearbyAnswer{Drivers: make([]point, 0, limit), Truncated: len(found) > limit}
	for i := range found[:min(len(found), limit)] {
		at := pointOf(&found[i].Position)
		at.Distance, at.Age = &found[i].Distance, ageOf(&found[i].Position, now)
		answer.Drivers = append(answer.Drivers, at)
	}
	return answer, nil, nil
}

// driver answers with a driver's latest position, however old it is: age says so.
func (q *Query) driver(ctx context.Context, r *http.Request, now time.Time) (any, *problem.Problem, error) {
	p := readParams(r)
	id := driverID(p, r)
	if complaint := p.problem(); complaint != nil {
		return nil, complaint, nil
	}
	found, err := q.deps.Drivers.Driver(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	at := pointOf(&found)
	at.Age = ageOf(&found, now)
	return at, nil, nil
}

func driverID(p *params, r *http.Request) string {
	id := r.PathValue("id")
	p.checkText("id", id, schemas.MaxTextBytes)
	return id
}

// trackAnswer is one page of a track, in time order.
type trackAnswer struct {
	Points []point `json:"points"`
	Next   *string `json:"next"` // null = that was the last page
}

// maxCursorBytes is the longest cursor that is handed to a store.
const maxCursorBytes = 1 << 10

func (q *Query) track(ctx context.Context, r *http.Request, now time.Time) (any, *problem.Problem, error) {
	p := readParams(r, "from", "to", "limit", "cursor")
	to := p.integer("to", now.UnixMilli()+1, schemas.MinTS, schemas.MaxTS)
	question := schemas.TrackQuery{
		DriverID: driverID(p, r),
		From:     p.integer("from", to-q.cfg.TrackSpan.Milliseconds(), schemas.MinTS, schemas.MaxTS),
		To:       to,
		Limit:    int(p.integer("limit", int64(q.cfg.TrackLimit), 1, int64(q.cfg.MaxTrackLimit))),
		Cursor:   p.text("cursor", maxCursorBytes),
	}
	if len(p.complaints) == 0 {
		switch span := question.To - question.From; {
		case span <= 0:
			p.complain("from", schemas.CodeOutOfRange, "must be before to")
		case span > q.cfg.MaxTrackSpan.Milliseconds():
			p.complain("from", schemas.CodeOutOfRange, "must be at most "+q.cfg.MaxTrackSpan.String()+" before to")
		}
	}
	if complaint := p.problem(); complaint != nil {
		return nil, complaint, nil
	}
	found, err := q.deps.Drivers.Track(ctx, question)
	if err != nil {
		return nil, nil, err
	}
	answer := trackAnswer{Points: make([]point, len(found.Points)), Next: textOrNull(found.Next)}
	for i := range found.Points {
		answer.Points[i] = pointOf(&found.Points[i])
	}
	return answer, nil, nil
}
