package problem

import (
	"net/http/httptest"
	"testing"
	"time"
)

func TestWrite(t *testing.T) {
	place := 0
	for _, c := range []struct {
		p          Problem
		body       string
		retryAfter string
	}{
		{
			Problem{Status: 503, Code: CodeUnavailable, Detail: "away", RetryAfter: 1001 * time.Millisecond},
			`{"type":"about:blank","title":"Service Unavailable","status":503,"code":"unavailable","detail":"away"}`, "2",
		},
		{
			Problem{Status: 400, Code: CodeNothingAccepted, Detail: "no", Rejected: 2, Truncated: true, Errors: []Item{{Index: &place, Code: "x", Field: "<b>", Detail: "d"}}},
			`{"type":"about:blank","title":"Bad Request","status":400,"code":"nothing_accepted","detail":"no","accepted":0,"rejected":2,` +
				`"errors":[{"index":0,"code":"x","field":"\u003cb\u003e","detail":"d"}],"errorsTruncated":true}`, "",
		},
	} {
		w := httptest.NewRecorder()
		Write(w, &c.p)
		h := w.Header()
		if w.Code != c.p.Status || w.Body.String() != c.body || h.Get("Retry-After") != c.retryAfter {
			t.Errorf("%d %v\n%s\nnot\n%s", w.Code, h, w.Body, c.body)
		}
		if h.Get("Content-Type") != ContentType || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
			t.Error(h)
		}
	}
}
