package telemetry

import (
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// HTTP makes a span of each exchange, a child of the one that the client's traceparent
// names. A sampled span takes that header's place before the request goes on: the
// gateway puts the header into its records, and so a record can be followed from here. The
// span says the route, never the path, which holds ids.
func (t *Tracer) HTTP(next http.Handler) http.Handler {
	if t == nil {
		return next
	}
	var names propagation.TraceContext
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := names.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := t.tracer.Start(ctx, r.Method, trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()       // also when what follows panics on
		r = r.WithContext(ctx) // also when it is not sampled: then nothing below it is
		if !span.IsRecording() {
			next.ServeHTTP(w, r)
			return
		}
		r.Header = r.Header.Clone()
		names.Inject(ctx, propagation.HeaderCarrier(r.Header))
		answer := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(answer, r)
		if r.Pattern != "" {
			span.SetName(r.Method + " " + r.Pattern)
		}
		span.SetAttributes(
			attribute.String("http.request.method", r.Method), attribute.String("http.route", r.Pattern),
			attribute.Int("http.response.status_code", answer.status()))
		if answer.status() >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, http.StatusText(answer.status()))
		}
	})
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	code int
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader notes the first status.
func (w *statusWriter) WriteHeader(code int) {
	if w.code == 0 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *statusWriter) status() int {
	if w.code == 0 {
		return http.StatusOK
	}
	return w.code
}
