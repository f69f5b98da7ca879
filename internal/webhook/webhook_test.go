package webhook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/clients/levels"
	"sluice/pipelines"
	"sluice/pipelines/pipelinestest"
)

func TestChangesAreSentSignedOnceAndInOrder(t *testing.T) {
	s := newService()
	s.slow = 10 * time.Millisecond
	play(t, s, Config{Parallel: 5}, 20, 10, func(t *testing.T, obs *pipelinestest.Observer, _ *pipelinestest.Graveyard) {
		after(10 * time.Second)
		inOrder(t, s.got(), 20, 10)
		if len(s.got()) != 200 || obs.Verdict(pipelines.Stored) != 200 {
			t.Errorf("%d taken, %d stored", len(s.got()), obs.Verdict(pipelines.Stored))
		}
		if n := s.mostAtOnce(); n != 5 {
			t.Errorf("%d requests at once, want 5", n)
		}
	})
}

func TestAnOutageLosesNothingAndIsNotHammered(t *testing.T) {
	for name, fault := range map[string]func(string) (int, http.Header, error){
		"no answer": func(string) (int, http.Header, error) { return 0, nil, errors.New("connection refused") },
		"failing":   func(string) (int, http.Header, error) { return http.StatusInternalServerError, nil, nil },
		"down":      func(string) (int, http.Header, error) { return http.StatusBadGateway, nil, nil },
		"refusing":  func(string) (int, http.Header, error) { return http.StatusNotFound, nil, nil },
	} {
		t.Run(name, func(t *testing.T) {
			s := newService()
			s.answer = fault
			play(t, s, Config{}, 10, 4, func(t *testing.T, _ *pipelinestest.Observer, dead *pipelinestest.Graveyard) {
				after(15 * time.Minute) // an hour brings Go's race detector down: golang/go#78156
				if n := s.requests(); n > 3750 || n < 25 {
					t.Errorf("%d requests in a quarter of an hour", n)
				}
				s.replies(http.StatusOK)
				after(time.Minute)
				inOrder(t, s.got(), 10, 4)
				if n := len(dead.Letters()); n != 0 {
					t.Errorf("%d dead letters", n)
				}
			})
		})
	}
}

func TestWhatFailsForTooLongIsKept(t *testing.T) {
	s := newService()
	s.replies(http.StatusServiceUnavailable)
	play(t, s, Config{GiveUpAfter: time.Hour}, 3, 2, func(t *testing.T, obs *pipelinestest.Observer, dead *pipelinestest.Graveyard) {
		after(59 * time.Minute)
		if n := len(dead.Letters()); n != 0 {
			t.Errorf("%d dead letters before the time", n)
		}
		after(2 * time.Minute)
		if n := len(dead.Letters()); n != 6 || obs.Reason(reasonGivenUp) != 6 {
			t.Errorf("%d dead letters, want 6", n)
		}
	})
}

func TestOneChangeThatAlwaysFailsDoesNotHoldUpTheRest(t *testing.T) {
	s := newService()
	s.answer = func(id string) (int, http.Header, error) {
		switch id {
		case "M:3:1:2":
			return http.StatusInternalServerError, nil, nil
		case "M:4:1:1":
			return http.StatusUnprocessableEntity, nil, nil
		}
		return http.StatusOK, nil, nil
	}
	play(t, s, Config{}, 300, 3, func(t *testing.T, _ *pipelinestest.Observer, dead *pipelinestest.Graveyard) {
		after(6 * time.Minute)
		var letters []string
		for _, l := range dead.Letters() {
			letters = append(letters, string(l.Record.Key)+" "+l.Reason)
		}
		slices.Sort(letters)
		if got := strings.Join(letters, ", "); got != "M:3 given_up, M:4 rejected" {
			t.Errorf("kept %s", got)
		}
		if n := len(s.got()); n != 898 {
			t.Errorf("%d taken, want 898", n)
		}
	})
}

func TestTheSilenceThatIsAskedForIsKept(t *testing.T) {
	s := newService()
	s.answer = func(string) (int, http.Header, error) {
		return http.StatusTooManyRequests, http.Header{"Retry-After": {"40"}}, nil
	}
	play(t, s, Config{}, 1, 1, func(t *testing.T, _ *pipelinestest.Observer, _ *pipelinestest.Graveyard) {
		after(39 * time.Second)
		if n := s.requests(); n != 1 {
			t.Errorf("%d requests within the silence", n)
		}
		s.answers(func(string) (int, http.Header, error) {
			return http.StatusTooManyRequests, http.Header{"Retry-After": {"86400"}}, nil
		})
		after(10 * time.Second)
		before := s.requests()
		after(70 * time.Second)
		if n := s.requests() - before; n != 1 {
			t.Errorf("%d requests in 70 s: at most a minute may be asked for", n)
		}
	})
}

func TestJudge(t *testing.T) {
	for status, want := range map[int]pipelines.Verdict{
		200: pipelines.Stored, 204: pipelines.Stored, 302: pipelines.Refused, 400: pipelines.Poison, 401: pipelines.Refused, 403: pipelines.Refused,
		404: pipelines.Refused, 408: pipelines.Retry, 409: pipelines.Duplicate, 410: pipelines.Refused, 413: pipelines.Poison, 422: pipelines.Poison,
		425: pipelines.Retry, 429: pipelines.Retry, 500: pipelines.Retry, 503: pipelines.Retry, 599: pipelines.Retry,
	} {
		if got := judge(status); got.Verdict != want {
			t.Errorf("%d: got %v, want %v", status, got.Verdict, want)
		}
	}
}

// Over a real connection: headers, a redirect that is not followed, a time-out.
func TestOverARealConnection(t *testing.T) {
	elsewhere := 0
	mux := http.NewServeMux()
	held := make(chan struct{})
	mux.HandleFunc("POST /levels", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = levels.Verify(r.Header.Get(levels.HeaderSignature), body, []byte(secret), time.Now(), time.Minute)
		}
		if err != nil || r.Header.Get("Content-Type") != "application/json" || !bytes.Equal(body, change("M1", 7)) {
			t.Errorf("%v, %v, %s", err, r.Header, body)
		}
		w.WriteHeader(http.StatusAccepted)
	})
	mux.HandleFunc("POST /moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { elsewhere++ })
	mux.HandleFunc("POST /slow", func(http.ResponseWriter, *http.Request) { <-held })
	server := httptest.NewServer(mux)
	defer server.Close()
	defer close(held)
	for path, want := range map[string]pipelines.Result{
		"/levels": {Verdict: pipelines.Stored},
		"/moved":  {Verdict: pipelines.Refused, Status: http.StatusTemporaryRedirect, Reason: reasonRefused},
		"/slow":   {Verdict: pipelines.Retry, Reason: reasonTimeout},
	} {
		timeout := time.Minute // a busy machine stands still for less
		if path == "/slow" {
			timeout = 50 * time.Millisecond
		}
		sink, err := NewSink(Config{URL: server.URL + path, Secrets: []Secret{"another of sixteen", secret}, Timeout: timeout})
		if err != nil {
			t.Fatal(err)
		}
		results := make([]pipelines.Result, 1)
		now := time.Now().UnixMilli()
		if err := sink.Write(t.Context(), []pipelines.Write{{Key: []byte("M1:1:7"), Body: change("M1", 7), Time: now}}, results); err != nil {
			t.Fatal(err)
		}
		if results[0] != want {
			t.Errorf("%s: got %+v, want %+v", path, results[0], want)
		}
		if err := sink.Close(); err != nil {
			t.Error(err)
		}
	}
	if elsewhere != 0 {
		t.Error("a redirect was followed")
	}
}

func TestBadChangesAreNotSent(t *testing.T) {
	var c Change
	err := NewStream()().Decode(&pipelines.Record{Value: []byte(`{"memberId":"M1"}`)}, &c)
	if rejected, ok := errors.AsType[*pipelines.Rejection](err); !ok || rejected.Reason == "" {
		t.Errorf("got %v", err)
	}
}

func TestAConfigComplainsOfEverythingAndShowsNoSecret(t *testing.T) {
	_, err := NewSink(Config{URL: "https://joe:hunter2@shop.example", Secrets: []Secret{"short"}, Parallel: -1, Timeout: -1})
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{"a user", "secret 1", "parallel", "timeout"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not tell of %s", err, want)
		}
	}
	if strings.Contains(err.Error(), "hunter2") || strings.Contains(fmt.Sprintf("%v %#v %s", Secret(secret), Secret(secret), Config{Secrets: []Secret{secret}}.Secrets), secret) {
		t.Error("a secret is shown")
	}
	for _, bad := range []string{"", "shop.example", "ftp://shop.example", "https:///levels", "https://shop.example/#x"} {
		if checkURL(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
