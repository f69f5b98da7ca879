package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"

	"sluice/internal/apikeys"
	"sluice/internal/problem"
	"sluice/pipelines"
	"sluice/schemas"
)

// endpoint takes the records of one stream.
type endpoint struct {
	*Gateway
	stream    stream
	fullTopic string
}

// ServeHTTP takes one request through: who, how much, read, decode, publish, answer.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	client, ok := e.deps.Keys.Client(r)
	if !ok {
		apikeys.Refuse(w)
		return
	}
	if !e.flights.enter() {
		problem.Write(w, e.overloaded())
		return
	}
	b, _ := e.batches.Get().(*batch) // the pool holds nothing else
	idle := false
	defer func() { e.release(b, idle) }()
	var p *problem.Problem
	p, idle = e.take(w, r, b, client)
	if p == nil {
		writeAccepted(w, b)
		return
	}
	if p.Status == http.StatusRequestEntityTooLarge || p.Status == http.StatusRequestTimeout {
		w.Header().Set("Connection", "close") // the rest of the body is not worth reading
	}
	problem.Write(w, p)
}

// release ends a request, also one that panicked; idle says that nobody else holds its memory.
func (g *Gateway) release(b *batch, idle bool) {
	g.flights.leave(b.held)
	if idle && b.reset() {
		g.batches.Put(b)
	}
}

// take does all but answer. idle is false when a publisher may still hold the batch's memory.
func (e *endpoint) take(w http.ResponseWriter, r *http.Request, b *batch, client *apikeys.Client) (p *problem.Problem, idle bool) {
	f, c, p := mediaOf(r.Header)
	if p != nil {
		return p, true
	}
	var clientID string
	if client != nil {
		clientID = client.ID
	}
	o, p := originOf(r.Header, clientID, time.Now().UnixMilli())
	if p != nil {
		return p, true
	}
	if p = e.readBody(w, r, c, b); p != nil {
		return p, true
	}
	b.share(o)
	if p = e.decode(f, o, b); p != nil {
		return p, true
	}
	if wait := client.Take(b.items, len(b.body)); wait > 0 {
		return &problem.Problem{
			Status: http.StatusTooManyRequests, Code: problem.CodeQuota,
			Detail: "this client's quota of records or bytes is used up", RetryAfter: wait,
		}, true
	}
	e.count(b)
	if len(b.records) == 0 {
		return nothingAccepted(b), true
	}
	return e.publish(r.Context(), b)
}

// decode fills b.records from b.body. A problem concerns the body as a whole.
func (e *endpoint) decode(f form, o origin, b *batch) *problem.Problem {
	tooMany := false
	each := func(value []byte) bool {
		if b.items == e.cfg.MaxRecords {
			tooMany = true
			return false
		}
		e.decodeOne(value, o, b)
		b.items++
		return true
	}
	var err error
	body := trim(b.body)
	switch {
	case len(body) == 0:
	case f == formLines:
		splitLines(body, each)
	case body[0] == '[':
		err = splitArray(body, e.cfg.MaxDepth, each)
	default:
		each(body)
	}
	switch {
	case tooMany:
		return e.tooManyRecords()
	case err != nil:
		return badRequest(problem.CodeBadBody, "the body is not a JSON array: "+err.Error())
	case b.items == 0:
		return badRequest(problem.CodeEmpty, "the body holds no record")
	}
	return nil
}

// decodeOne makes one record of value, or notes why not.
func (e *endpoint) decodeOne(value []byte, o origin, b *batch) {
	if len(value) > e.cfg.MaxRecordBytes {
		b.reject(b.items, schemas.CodeTooLarge, "", "longer than the limit of one record", e.cfg.MaxErrorsListed)
		return
	}
	it, err := e.stream.decode(value)
	if err != nil {
		var field *schemas.FieldError
		if !errors.As(err, &field) {
			field = &schemas.FieldError{Code: schemas.CodeBadJSON, Detail: "not acceptable"}
		}
		b.reject(b.items, field.Code, field.Field, field.Detail, e.cfg.MaxErrorsListed)
		return
	}
	b.records = append(b.records, pipelines.Record{
		Time: o.receivedAt, Key: it.key, Value: value, Headers: b.headers(o, b.items, it.eventID),
	})
	b.places = append(b.places, b.items)
}

// count tells the observer what was refused.
func (e *endpoint) count(b *batch) {
	for _, c := range b.codes {
		e.deps.Observer.Rejected(e.fullTopic, c.code, c.n)
	}
}

// publish waits for Kafka's acknowledgement.
func (e *endpoint) publish(ctx context.Context, b *batch) (p *problem.Problem, idle bool) {
	ctx, cancel := context.WithTimeout(ctx, e.cfg.PublishTimeout)
	defer cancel()
	err := e.deps.Publisher.Publish(ctx, e.fullTopic, b.records)
	if err == nil {
		e.deps.Observer.Accepted(e.fullTopic, len(b.records))
		return nil, true
	}
	e.deps.Observer.PublishFailed(e.fullTopic, len(b.records), err)
	var tooLarge interface{ RecordIndex() int }
	if errors.As(err, &tooLarge) {
		if i := tooLarge.RecordIndex(); i >= 0 && i < len(b.places) {
			return recordTooLarge(b.places[i]), false
		}
	}
	return e.unavailable(), false
}
