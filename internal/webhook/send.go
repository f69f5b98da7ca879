package webhook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"sluice/clients/levels"
	"sluice/pipelines"
)

// Why a change was not taken, as metrics and dead letters have it.
const (
	reasonAway    = "away"     // no answer
	reasonTimeout = "timeout"  // none in time
	reasonDown    = "down"     // 502, 503, 504: what stands before the service has nobody to ask
	reasonFailed  = "failed"   // any other 5xx
	reasonBusy    = "busy"     // 408, 425, 429, or the silence that it asked for
	reasonBehind  = "behind"   // another of the member has to go first
	reasonRefused = "refused"  // 401, 403, 404, a redirect, …: the service refuses us, or is elsewhere
	reasonNever   = "rejected" // 400, 413, 415, 422: it will never take this one
	reasonGivenUp = "given_up" // it failed for too long
)

// maxAnswer of an answer's body is read, so that its connection can be used again.
const maxAnswer = 64 << 10

// send makes one attempt at one change.
func (s *Sink) send(ctx context.Context, w *pipelines.Write) pipelines.Result {
	now := time.Now()
	if now.UnixMilli() < s.quiet.Load() {
		return pipelines.Result{Verdict: pipelines.Retry, Reason: reasonBusy}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.cfg.URL, bytes.NewReader(w.Body))
	if err != nil {
		return pipelines.Result{Verdict: pipelines.Refused, Reason: reasonRefused}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "sluice-webhook/1")
	request.Header.Set(levels.HeaderSignature, levels.Sign(w.Body, now, s.secrets...))
	request.Header.Set(levels.HeaderID, string(w.Key))
	request.Header.Set(levels.HeaderPublished, strconv.FormatInt(w.Time, 10))
	answer, err := s.client.Do(request)
	if err != nil {
		reason := reasonAway
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
			reason = reasonTimeout
		}
		return pipelines.Result{Verdict: pipelines.Retry, Reason: reason}
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer)) // the status is the answer
	if answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode == http.StatusServiceUnavailable {
		s.heed(answer.Header.Get("Retry-After"), now)
	}
	return judge(answer.StatusCode)
}

// heed keeps the silence that the service asks for.
func (s *Sink) heed(wait string, now time.Time) {
	seconds, err := strconv.ParseUint(wait, 10, 31)
	if err != nil {
		return
	}
	silence := min(time.Duration(seconds)*time.Second, s.cfg.LongestWait)
	s.quiet.Store(now.Add(silence).UnixMilli())
}

// judge says what a status means for its change.
func judge(status int) pipelines.Result {
	r := pipelines.Result{Status: status}
	switch {
	case status >= 200 && status <= 299:
		r.Verdict, r.Reason, r.Status = pipelines.Stored, "", 0
	case status == http.StatusConflict:
		r.Verdict, r.Reason = pipelines.Duplicate, "" // it knows this one, or a newer one
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests:
		r.Verdict, r.Reason = pipelines.Retry, reasonBusy
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		r.Verdict, r.Reason = pipelines.Retry, reasonDown
	case status >= 500:
		r.Verdict, r.Reason = pipelines.Retry, reasonFailed
	case status == http.StatusBadRequest, status == http.StatusRequestEntityTooLarge,
		status == http.StatusUnsupportedMediaType, status == http.StatusUnprocessableEntity:
		r.Verdict, r.Reason = pipelines.Poison, reasonNever
	default:
		r.Verdict, r.Reason = pipelines.Refused, reasonRefused
	}
	return r
}
