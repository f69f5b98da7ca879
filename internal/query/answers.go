package query

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"sluice/internal/problem"
	"sluice/schemas"
)

// point is a position on the wire. Every key is always there; null means that the ping
// did not say.
type point struct {
	DriverID string   `json:"driverId"`
	Lat      float64  `json:"lat"`
	Lon      float64  `json:"lon"`
	Distance *float64 `json:"distance,omitempty"` // m; nearby only
	TS       int64    `json:"ts"`
	Age      *int64   `json:"age,omitempty"` // ms; answers about now only
	Speed    *float64 `json:"speed"`
	Heading  *float64 `json:"heading"`
	Accuracy *float64 `json:"accuracy"`
	Status   *string  `json:"status"`
	Vehicle  *string  `json:"vehicle"`
	City     *string  `json:"city"`
	Seq      *int64   `json:"seq"`
}

func pointOf(p *schemas.Position) point {
	return point{
		DriverID: p.DriverID, Lat: p.Lat, Lon: p.Lon, TS: p.TS,
		Speed: p.Speed, Heading: p.Heading, Accuracy: p.Accuracy,
		Status: textOrNull(p.Status), Vehicle: textOrNull(p.Vehicle), City: textOrNull(p.City), Seq: p.Seq,
	}
}

// ageOf is never negative: a clock that is a little ahead has just been read.
func ageOf(p *schemas.Position, now time.Time) *int64 {
	age := max(now.UnixMilli()-p.TS, 0)
	return &age
}

func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func writeJSON(w http.ResponseWriter, answer any) {
	body, err := json.Marshal(answer)
	if err != nil { // a NaN out of a store
		problem.Write(w, internal())
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // an error is a client that has gone
}

// failed is what a client is told of a store's error; never its text.
func failed(ctx context.Context, err error) *problem.Problem {
	switch {
	case errors.Is(err, schemas.ErrNotFound):
		return &problem.Problem{Status: http.StatusNotFound, Code: problem.CodeNotFound, Detail: "nothing is known under that id"}
	case errors.Is(err, schemas.ErrBadCursor):
		return &problem.Problem{
			Status: http.StatusBadRequest, Code: problem.CodeBadParameters, Detail: "errors says which parameters, and why",
			Errors: []problem.Item{{Code: problem.CodeBadCursor, Field: "cursor", Detail: "must be the next of the page before"}},
		}
	case errors.Is(err, context.DeadlineExceeded), ctx.Err() != nil:
		return &problem.Problem{
			Status: http.StatusGatewayTimeout, Code: problem.CodeTimeout, Detail: "the store did not answer in time", RetryAfter: retryAfter,
		}
	case errors.Is(err, schemas.ErrRecovering):
		return &problem.Problem{
			Status: http.StatusServiceUnavailable, Code: problem.CodeRecovering,
			Detail: "the store reads back what it lost: an answer would be wrong", RetryAfter: retryAfter,
		}
	case errors.Is(err, schemas.ErrUnavailable):
		return &problem.Problem{
			Status: http.StatusServiceUnavailable, Code: problem.CodeUnavailable, Detail: "the store is away", RetryAfter: retryAfter,
		}
	}
	return internal()
}

// failed is that, and what stands in the way of a recovery.
func (q *Query) failed(ctx context.Context, err error) *problem.Problem {
	p := failed(ctx, err)
	if p.Code == problem.CodeRecovering && q.deps.Obstacle != nil {
		if why := q.deps.Obstacle(); why != "" {
			p.Detail = "the store can neither begin nor read back what it lost: " + why
		}
	}
	return p
}

// retryAfter is what a client is asked to wait when trouble may be over soon.
const retryAfter = time.Second

func internal() *problem.Problem {
	return &problem.Problem{Status: http.StatusInternalServerError, Code: problem.CodeInternal, Detail: "the store's answer is of no use"}
}

func overloaded() *problem.Problem {
	return &problem.Problem{
		Status: http.StatusServiceUnavailable, Code: problem.CodeOverloaded, Detail: "too many requests are in flight", RetryAfter: retryAfter,
	}
}
