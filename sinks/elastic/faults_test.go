package elastic

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/sinks/sinkstest"
)

// creates are n writes with ids k0, k1 and so on.
func creates(n int) []pipelines.Write {
	writes := make([]pipelines.Write, n)
	for i := range writes {
		writes[i] = pipelines.Write{Target: "created", Key: fmt.Append(nil, "k", i), Body: numberDoc(int64(i))}
	}
	return writes
}

// tally offers n creates and counts verdicts and reasons.
func tally(t *testing.T, s *Sink, n int) (map[string]int, error) {
	t.Helper()
	results := make([]pipelines.Result, n)
	err := s.Write(t.Context(), creates(n), results)
	counts := map[string]int{}
	for _, r := range results {
		counts[r.Verdict.String()+" "+r.Reason]++
	}
	return counts, err
}

func TestFaultsAnswered(t *testing.T) {
	for name, c := range map[string]struct {
		fault sinkstest.Fault
		want  map[string]int
	}{
		"none":              {sinkstest.Fault{}, map[string]int{"stored ": 10}},
		"429 whole":         {sinkstest.TooManyRequests(), map[string]int{"retry too_many_requests": 10}},
		"429 of some items": {sinkstest.BusyItems(5), map[string]int{"stored ": 8, "retry too_many_requests": 2}},
		"503":               {sinkstest.Unavailable(), map[string]int{"retry unavailable": 10}},
		"401":               {sinkstest.Unauthorized(), map[string]int{"refused security_exception": 10}},
		"403 of items":      {sinkstest.Forbidden(), map[string]int{"refused security_exception": 10}},
		"404 of items":      {sinkstest.NoIndex(), map[string]int{"refused index_not_found_exception": 10}},
		"404 whole":         {sinkstest.Fault{Status: 404}, map[string]int{"refused not_found": 10}},
		"disk full":         {sinkstest.DiskFull(), map[string]int{"retry disk_full": 10}},
		"a redirect":        {sinkstest.Fault{Status: 302}, map[string]int{"retry unknown_answer": 10}},
	} {
		t.Run(name, func(t *testing.T) {
			server := sinkstest.NewScripted(t)
			s := newSink(t, Config{URLs: []string{server.URL()}})
			server.Next(c.fault)
			got, err := tally(t, s, 10)
			if err != nil || fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%v, %v, want %v", got, err, c.want)
			}
		})
	}
}

// What cannot be trusted settles nothing, and the same batch goes through afterwards.
func TestFaultsUnanswered(t *testing.T) {
	for name, fault := range map[string]sinkstest.Fault{
		"outage":          sinkstest.Outage(),
		"unheard":         {Unheard: true},
		"a cut answer":    sinkstest.CutReply(),
		"an item more":    sinkstest.WrongCount(1),
		"an item fewer":   sinkstest.WrongCount(-1),
		"no item at all":  sinkstest.WrongCount(-10),
		"200 without any": {Status: 200, Type: "x"},
	} {
		t.Run(name, func(t *testing.T) {
			server := sinkstest.NewScripted(t)
			s := newSink(t, Config{URLs: []string{server.URL()}})
			server.Next(fault)
			got, err := tally(t, s, 10)
			if err == nil || got["unsettled "] != 10 {
				t.Fatalf("%v, %v, want an error and nothing settled", got, err)
			}
			if got, err = tally(t, s, 10); err != nil || got["stored "]+got["duplicate exists"] != 10 {
				t.Errorf("afterwards %v, %v", got, err)
			}
		})
	}
}

func TestTooLargeIsHalved(t *testing.T) {
	server := sinkstest.NewScripted(t)
	s := newSink(t, Config{URLs: []string{server.URL()}})
	server.LimitBody(1000)
	writes := creates(100)
	writes[41].Body = fmt.Appendf(nil, `{"n":%01000d}`, 1)
	results := make([]pipelines.Result, len(writes))
	if err := s.Write(t.Context(), writes, results); err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if i == 41 && (r.Verdict != pipelines.Poison || r.Reason != "too_large") || i != 41 && r.Verdict != pipelines.Stored {
			t.Errorf("write %d is %v %s", i, r.Verdict, r.Reason)
		}
	}
}

func TestCutByOwnLimit(t *testing.T) {
	server := sinkstest.NewScripted(t)
	s := newSink(t, Config{URLs: []string{server.URL()}, MaxBodyBytes: 2000})
	got, err := tally(t, s, 100)
	if err != nil || got["stored "] != 100 {
		t.Fatalf("%v, %v", got, err)
	}
	for _, r := range server.Requests() {
		if len(r.Body) > 2000 {
			t.Errorf("a body of %d bytes", len(r.Body))
		}
	}
	if n := len(server.Requests()); n < 3 || n > 20 {
		t.Errorf("%d requests", n)
	}
}

// A request that fails after others were answered leaves their verdicts standing.
func TestLaterFailureKeepsEarlierVerdicts(t *testing.T) {
	server := sinkstest.NewScripted(t)
	s := newSink(t, Config{URLs: []string{server.URL()}, MaxBodyBytes: 2000})
	server.Next(sinkstest.Fault{}, sinkstest.Outage())
	got, err := tally(t, s, 100)
	if err != nil || got["stored "] == 0 || got["stored "]+got["retry no_answer"] != 100 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestRefusedRequestsOf400(t *testing.T) {
	bad := sinkstest.Fault{Status: 400, Type: "action_request_validation_exception"}
	server := sinkstest.NewScripted(t)
	s := newSink(t, Config{URLs: []string{server.URL()}})
	server.Always(bad)
	if got, err := tally(t, s, 4); err != nil || got["refused action_request_validation_exception"] != 4 {
		t.Errorf("when nothing gets through it is about us: %v, %v", got, err)
	}
	server.Always(sinkstest.Fault{})
	server.Next(bad, bad, bad) // the four, the first two, the first
	if got, err := tally(t, s, 4); err != nil || got["poison action_request_validation_exception"] != 1 || got["stored "] != 3 {
		t.Errorf("one that spoils its request stands alone in the end: %v, %v", got, err)
	}
}

func TestUnfitWritesAreNotSent(t *testing.T) {
	server := sinkstest.NewScripted(t)
	s := newSink(t, Config{URLs: []string{server.URL()}, MaxBodyBytes: 4096})
	writes := creates(7)
	writes[0].Key = nil
	writes[1].Key = make([]byte, 513)
	writes[2].Key = []byte{0xff}
	writes[3].Body = nil
	writes[4].Body = []byte("{\"n\":1}\n{\"create\":{}}\n{}")
	writes[5].Body = fmt.Appendf(nil, `{"n":%05000d}`, 1)
	results := make([]pipelines.Result, len(writes))
	if err := s.Write(t.Context(), writes, results); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"no_id", "id_too_long", "bad_id", "empty_body", "newline_in_body", "too_large"} {
		if results[i].Verdict != pipelines.Poison || results[i].Reason != want {
			t.Errorf("write %d is %v, want poison %s", i, results[i], want)
		}
	}
	if results[6].Verdict != pipelines.Stored || len(server.Docs("created")) != 1 {
		t.Errorf("the good one is %v", results[6])
	}
}

func TestContextEndsAWrite(t *testing.T) {
	server := sinkstest.NewScripted(t)
	s := newSink(t, Config{URLs: []string{server.URL()}})
	ctx, cancel := context.WithCancelCause(t.Context())
	server.Next(sinkstest.Fault{Latency: time.Hour, Arrived: func() { cancel(pipelines.ErrRevoked) }})
	results := make([]pipelines.Result, 3)
	err := s.Write(ctx, creates(3), results)
	if !errors.Is(err, pipelines.ErrRevoked) {
		t.Errorf("the error is %v", err)
	}
}

func TestGzip(t *testing.T) {
	server := sinkstest.NewScripted(t)
	s := newSink(t, Config{URLs: []string{server.URL()}, Gzip: true})
	for range 3 {
		if got, err := tally(t, s, 1000); err != nil || got["stored "]+got["duplicate exists"] != 1000 {
			t.Fatalf("%v, %v", got, err)
		}
	}
	if r := server.Requests()[0]; r.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("the body is not compressed: %v", r.Header)
	}
}
