package webhook

import (
	"context"
	"fmt"
	"io"
	"net/http"
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

func (s *service) answers(answer func(id string) (int, http.Header, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *service) replies(status int) {
	s.answers(func(string) (int, http.Header, error) { return status, http.Header{}, nil })
}

// requests is how many there were.
func (s *service) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.ids)
}

func (s *service) mostAtOnce() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
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
