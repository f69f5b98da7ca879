package failpoint

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"sluice/pipelines"
)

// httpSink sends one request for each Write, and reads the reply.
type httpSink struct {
	t      *testing.T
	client *http.Client
	url    string
	body   []byte
	read   bool
}

func (s *httpSink) Write(ctx context.Context, _ []pipelines.Write, _ []pipelines.Result) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(s.body))
	if err != nil {
		return err
	}
	reply, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	s.read = true
	_, err = io.Copy(io.Discard, reply.Body)
	return err
}

// The points inside a request: cut before the store has all of it, unread once the store is done.
func TestPointsInsideARequest(t *testing.T) {
	for name, body := range map[string][]byte{"small": []byte("a line\n"), "large": bytes.Repeat([]byte("line\n"), 100_000)} {
		t.Run(name, func(t *testing.T) {
			died := make(chan Name, 2)
			whole := make(chan bool, 1)
			store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got, err := io.ReadAll(r.Body)
				whole <- err == nil && bytes.Equal(got, body)
				w.WriteHeader(http.StatusOK)
			}))
			defer store.Close()
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()

			sink := &httpSink{t: t, client: client, url: store.URL, body: body}
			point := func(at Name, die func()) Points {
				p, err := New(string(at)+"@1", func() { die(); died <- at })
				if err != nil {
					t.Fatal(err)
				}
				return p
			}
			arrived := func() bool {
				select {
				case all := <-whole:
					if !all {
						t.Error("the store has another body")
					}
					return true
				default:
					return false
				}
			}
			cut := point(SinkRequestCut, func() {
				if arrived() || sink.read {
					t.Error("cut, and the store has it all")
				}
			})
			if err := cut.Sink(sink).Write(t.Context(), nil, nil); err != nil {
				t.Fatal(err)
			}
			<-whole
			sink.read = false
			unread := point(SinkReplyUnread, func() {
				if !arrived() || sink.read {
					t.Error("unread, and the store has not got it, or the reply is read")
				}
			})
			if err := unread.Sink(sink).Write(t.Context(), nil, nil); err != nil {
				t.Fatal(err)
			}
			if first, second := <-died, <-died; first != SinkRequestCut || second != SinkReplyUnread {
				t.Errorf("died at %s, then at %s", first, second)
			}
		})
	}
}
