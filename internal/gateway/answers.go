package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"sluice/internal/problem"
	"sluice/schemas"
)

// writeAccepted answers 202 with the counts and what was refused.
func writeAccepted(w http.ResponseWriter, b *batch) {
	body := make([]byte, 0, 128)
	body = append(body, `{"accepted":`...)
	body = strconv.AppendInt(body, int64(len(b.records)), 10)
	body = append(body, `,"rejected":`...)
	body = strconv.AppendInt(body, int64(b.rejected), 10)
	body = append(body, `,"errors":`...)
	body = appendErrors(body, b)
	if b.rejected > len(b.errors) {
		body = append(body, `,"errorsTruncated":true`...)
	}
	body = append(body, '}')
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusAccepted)
	// An error here is a client that has gone: it will send again, which is harmless.
	_, _ = w.Write(body)
}

func appendErrors(body []byte, b *batch) []byte {
	if len(b.errors) == 0 {
		return append(body, "[]"...)
	}
	list, err := json.Marshal(b.errors)
	if err != nil {
		panic("encoding a list of plain text and numbers: " + err.Error())
	}
	return append(body, list...)
}

func nothingAccepted(b *batch) *problem.Problem {
	return &problem.Problem{
		Status: http.StatusBadRequest, Code: problem.CodeNothingAccepted, Detail: "no record of the body is acceptable",
		Errors: b.errors, Truncated: b.rejected > len(b.errors), Rejected: b.rejected,
	}
}

func badRequest(code, detail string) *problem.Problem {
	return &problem.Problem{Status: http.StatusBadRequest, Code: code, Detail: detail}
}

func (g *Gateway) bodyTooLarge() *problem.Problem {
	return &problem.Problem{
		Status: http.StatusRequestEntityTooLarge, Code: problem.CodeTooLarge,
		Detail: fmt.Sprintf("a body may have %d bytes, also decompressed", g.cfg.MaxBodyBytes),
	}
}

func (g *Gateway) tooManyRecords() *problem.Problem {
	return &problem.Problem{
		Status: http.StatusRequestEntityTooLarge, Code: problem.CodeTooLarge,
		Detail: fmt.Sprintf("a body may hold %d records", g.cfg.MaxRecords),
	}
}

// recordTooLarge names the record at that place of the body, which Kafka will never take.
func recordTooLarge(place int) *problem.Problem {
	return &problem.Problem{
		Status: http.StatusRequestEntityTooLarge, Code: problem.CodeTooLarge,
		Detail: "a record is larger than Kafka takes; nothing of this body is acknowledged",
		Errors: []problem.Item{{Index: &place, Code: schemas.CodeTooLarge, Detail: "larger than Kafka takes"}},
	}
}

func (g *Gateway) overloaded() *problem.Problem {
	return &problem.Problem{
		Status: http.StatusServiceUnavailable, Code: problem.CodeOverloaded,
		Detail: "too many requests are in flight", RetryAfter: g.cfg.RetryAfter,
	}
}

func (g *Gateway) unavailable() *problem.Problem {
	detail := "Kafka has not acknowledged the records; sending them again is harmless"
	if g.deps.Obstacle != nil {
		if why := g.deps.Obstacle(); why != "" {
			detail = why + "; nothing is acknowledged until then, sending it again is harmless"
		}
	}
	return &problem.Problem{Status: http.StatusServiceUnavailable, Code: problem.CodeUnavailable, Detail: detail, RetryAfter: g.cfg.RetryAfter}
}
