package send_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"sluice/internal/send"
)

func TestGatewayAnswers(t *testing.T) {
	cases := map[string]struct {
		status         int
		header, body   string
		busy           bool
		after          time.Duration
		accepted, bad  int64
		refused, final bool
	}{
		"accepted":         {status: 202, body: `{"accepted":1,"rejected":1,"errors":[{"index":1,"code":"out_of_range","field":"lat"}]}`, final: true, accepted: 1, bad: 1},
		"nothing accepted": {status: 400, body: `{"code":"nothing_accepted","accepted":0,"rejected":2,"errors":[]}`, final: true, bad: 2},
		"bad body":         {status: 400, body: `{"code":"bad_body","detail":"d"}`, refused: true},
		"wrong count":      {status: 202, body: `{"accepted":1,"rejected":0}`, refused: true},
		"no key":           {status: 401, body: `{"code":"unauthorized"}`, refused: true},
		"quota":            {status: 429, header: "3", body: `{"code":"quota_exceeded"}`, busy: true, after: 3 * time.Second},
		"away":             {status: 503, header: "1", body: `{"code":"unavailable"}`, busy: true, after: time.Second},
		"proxy":            {status: 502, body: `<html>`, busy: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/v1/pings" || r.Header.Get("Authorization") != "Bearer a.b" {
					t.Errorf("asked for %s as %q", r.URL.Path, r.Header.Get("Authorization"))
				}
				if c.header != "" {
					w.Header().Set("Retry-After", c.header)
				}
				w.WriteHeader(c.status)
				if _, err := w.Write([]byte(c.body)); err != nil {
					t.Error(err)
				}
			}))
			defer server.Close()
			g, err := send.NewGateway(server.URL, "a.b", 1, time.Second)
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			answer, err := g.Post(t.Context(), &send.Batch{Body: []byte("{}\n{}\n"), Ends: []int{3, 6}})
			var busy *send.Busy
			switch {
			case c.final && (err != nil || answer.Accepted != c.accepted || answer.Rejected != c.bad):
				t.Errorf("%+v, %v", answer, err)
			case c.final && len(answer.Errors) > 0 && answer.Errors[0].Index != 1:
				t.Errorf("the wrong record is named: %+v", answer.Errors)
			case c.busy && (!errors.As(err, &busy) || busy.After != c.after || busy.Status != c.status):
				t.Errorf("error %v", err)
			case c.refused && (err == nil || errors.As(err, &busy)):
				t.Errorf("error %v must be final", err)
			}
		})
	}
}

func TestGatewayThatIsAwayIsBusy(t *testing.T) {
	g, err := send.NewGateway("http://127.0.0.1:1", "", 1, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var busy *send.Busy
	if _, err := g.Post(t.Context(), &send.Batch{}); !errors.As(err, &busy) {
		t.Errorf("error %v", err)
	}
	if _, err := send.NewGateway("127.0.0.1:8080", "", 1, time.Second); err == nil {
		t.Error("an address without http:// was accepted")
	}
}
