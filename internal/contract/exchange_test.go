package contract

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// exchange sends c, again and again while the answer is that the live streams are not open yet, or that there
// is still some quota: both change by themselves.
func (w *world) exchange(t *testing.T, c call) (*httptest.ResponseRecorder, string) {
	t.Helper()
	var body []byte
	broken := c.body
	if c.body != nil {
		if _, isLate := c.body.(late); !isLate {
			var err error
			if body, err = io.ReadAll(c.body); err != nil {
				t.Fatal(err)
			}
			broken = nil
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		reader := broken
		if reader == nil {
			reader = bytes.NewReader(body)
		}
		sending, enough := context.WithCancel(ctx)
		r := httptest.NewRequestWithContext(sending, c.method, c.target, reader)
		r.Header = c.header.Clone()
		if r.Header == nil {
			r.Header = http.Header{}
		}
		_, pattern := w.mux.Handler(r)
		answer := httptest.NewRecorder()
		w.handler.ServeHTTP(&listener{ResponseRecorder: answer, until: []byte(c.has), enough: enough}, r)
		enough()
		as := answer.Code == c.status && bytes.Contains(answer.Body.Bytes(), []byte(c.has))
		again := answer.Code == http.StatusServiceUnavailable || answer.Code == http.StatusAccepted
		if as || !again || ctx.Err() != nil {
			return answer, pattern
		}
	}
}

// listener hangs up on a live stream, which would never end, once it has heard what is expected of it.
type listener struct {
	*httptest.ResponseRecorder
	until  []byte
	enough func()
}

func (l *listener) Flush() {
	l.ResponseRecorder.Flush()
	if bytes.Contains(l.Body.Bytes(), l.until) {
		l.enough()
	}
}
