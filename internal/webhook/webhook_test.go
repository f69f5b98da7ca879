package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sluice/clients/levels"
	"sluice/pipelines"
	"sluice/pipelines/pipelinestest"
	"sluice/schemas"
)

const secret = "0123456789abcdef0123456789abcdef"

// service is the receiver: it answers by a function, and remembers what it was sent.
type service struct {
	mu     sync.Mutex
	answer func(id string) (status int, header http.Header, err error)
	ids    []string // of all requests
	taken  []string // of those with 2xx
	wrong  []string
	now    int
	most   int
	slow   time.Duration
}

func newService() *service {
	return &service{answer: func(string) (int, http.Header, error) { return http.StatusNoContent, nil, nil }}
}

func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	id := r.Header.Get(levels.HeaderID)
	s.mu.Lock()
	s.now++
	s.most = max(s.most, s.now)
	s.ids = append(s.ids, id)
	if err := levels.Verify(r.Header.Get(levels.HeaderSignature), body, []byte(secret), time.Now(), time.Second); err != nil {
		s.wrong = append(s.wrong, err.Error())
	}
	if c, err := levels.Decode(body); err != nil || id != fmt.Sprintf("%s:%d:%d", c.MemberID, c.Epoch, c.Version) {
		s.wrong = append(s.wrong, fmt.Sprintf("%s is another's id (%v)", id, err))
	}
	answer := s.answer
	s.mu.Unlock()
	select {
	case <-time.After(s.slow):
	case <-r.Context().Done():
		err = r.Context().Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now--
	if err != nil {
		return nil, err
	}
	status, header, err := answer(id)
	if err != nil {
		return nil, err
	}
	if status < 300 {
		s.taken = append(s.taken, id)
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("ok")), Request: r}, nil
}

func (s *service) replies(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = func(string) (int, http.Header, error) { return status, http.Header{}, nil }
}

func (s *service) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

func change(member string, version int64) []byte {
	return schemas.AppendLevelJSON(nil, &schemas.LevelChanged{
		MemberID: member, From: "bronze", To: "silver", Cause: schemas.CauseOrders, Period: "2026-11", Orders: 5, Epoch: 1, Version: version,
		At: 1_790_000_000_000, Ruleset: "r",
	})
}

// play runs a webhook's pipeline in virtual time over so many changes of so many members.
func play(t *testing.T, s *service, cfg Config, members, each int, test func(t *testing.T, obs *pipelinestest.Observer, dead *pipelinestest.Graveyard)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cfg.URL, cfg.Secrets, cfg.Transport = "https://shop.example/levels", []Secret{secret}, s
		sink, err := NewSink(cfg)
		if err != nil {
			t.Fatal(err)
		}
		topic := pipelinestest.NewScripted(schemas.TopicLevels, 1)
		for v := range each {
			for m := range members {
				id := fmt.Sprintf("M:%d", m)
				topic.Append(0, pipelines.Record{Key: []byte(id), Value: change(id, int64(v+1)), Time: time.Now().UnixMilli()})
			}
		}
		obs, dead := pipelinestest.NewObserver(), &pipelinestest.Graveyard{}
		p, err := pipelines.New(Pipeline("webhook-shop"), NewStream(), sink, dead, obs)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- p.Run(ctx, topic) }()
		<-topic.Started()
		test(t, obs, dead)
		stop()
		if err := <-ran; err != nil {
			t.Error(err)
		}
		for _, wrong := range s.wrong {
			t.Error(wrong)
		}
	})
}

func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// inOrder complains unless the first time that each change was taken is in the order of its member's versions.
func inOrder(t *testing.T, taken []string, members, each int) {
	t.Helper()
	next := map[string]int{}
	for _, id := range taken {
		at := strings.LastIndex(id, ":")
		var version int
		if _, err := fmt.Sscan(id[at+1:], &version); err != nil {
			t.Fatal(err)
		}
		if want := next[id[:at]] + 1; version > want {
			t.Fatalf("%s came where version %d was due", id, want)
		} else if version == want {
			next[id[:at]] = version
		}
	}
	if len(next) != members {
		t.Errorf("%d members, want %d", len(next), members)
	}
	for member, n := range next {
		if n != each {
			t.Errorf("%s: %d changes, want %d", member, n, each)
		}
	}
}

func TestChangesAreSentSignedOnceAndInOrder(t *testing.T) {
	s := newService()
	s.slow = 10 * time.Millisecond
	play(t, s, Config{Parallel: 5}, 20, 10, func(t *testing.T, obs *pipelinestest.Observer, _ *pipelinestest.Graveyard) {
		after(10 * time.Second)
		inOrder(t, s.got(), 20, 10)
		if len(s.got()) != 200 || obs.Verdict(pipelines.Stored) != 200 {
			t.Errorf("%d taken, %d stored", len(s.got()), obs.Verdict(pipelines.Stored))
		}
		if s.most != 5 {
			t.Errorf("%d requests at once, want 5", s.most)
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
				after(time.Hour)
				if n := len(s.ids); n > 15_000 || n < 100 {
					t.Errorf("%d requests in an hour", n)
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
		if n := len(s.ids); n != 1 {
			t.Errorf("%d requests within the silence", n)
		}
		s.answer = func(string) (int, http.Header, error) {
			return http.StatusTooManyRequests, http.Header{"Retry-After": {"86400"}}, nil
		}
		after(10 * time.Second)
		before := len(s.ids)
		after(70 * time.Second)
		if n := len(s.ids) - before; n != 1 {
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
		sink, err := NewSink(Config{URL: server.URL + path, Secrets: []Secret{"another of sixteen", secret}, Timeout: 100 * time.Millisecond})
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
