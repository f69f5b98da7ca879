package progress

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// saying is a peer that answers whatever it likes.
func saying(t *testing.T, answer Answer) *httptest.Server {
	t.Helper()
	body, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
	t.Cleanup(server.Close)
	return server
}

func TestAPeerMaySayWhatAProcessHasToSay(t *testing.T) {
	huge, none := int64(math.MaxInt64), int64(-1)
	for name, l := range map[string]Pipeline{
		"too many counts":     {Pipeline: "live", Verdicts: make([]Count, mostCounts+1)},
		"too many partitions": {Pipeline: "live", Partitions: make([]Partition, mostPartitions+1)},
		"a long reason":       {Pipeline: "live", Verdicts: []Count{{Verdict: "stored", Reason: strings.Repeat("x", mostText+1)}}},
		"partition -1":        {Pipeline: "live", Partitions: []Partition{{Partition: -1}}},
	} {
		t.Run(name, func(t *testing.T) {
			peer := saying(t, Answer{Process: "x", Pipelines: []Pipeline{l}})
			p, h := newProgress(t, &fakeKafka{began: time.Now()}, func(c *Config, _ *Deps) { c.Peers = []string{peer.URL} })
			if a := get(t, p.Routes()); len(a.Unreachable) != 1 || len(h.who) != 1 || len(a.Pipelines[0].Verdicts) != 0 {
				t.Errorf("%+v", a)
			}
		})
	}
	hostile := Pipeline{
		Pipeline: "live", Consumed: math.MaxUint64, Verdicts: []Count{{Verdict: "stored", Records: math.MaxUint64}, {Verdict: "\x1b[2J", Records: 1}},
		Partitions: []Partition{{Partition: 7, State: "\x1b[2Jflowing", Lag: &huge}, {Partition: 6, State: "blocked", Lag: &huge}, {Partition: 8, State: "flowing", Lag: &none}},
	}
	one, two := saying(t, Answer{Process: "x", Pipelines: []Pipeline{hostile}}), saying(t, Answer{Process: "y", Pipelines: []Pipeline{hostile}})
	k := &fakeKafka{began: time.Now()}
	k.away.Store(true)
	p, _ := newProgress(t, k, func(c *Config, _ *Deps) { c.Peers = []string{one.URL, two.URL} })
	l := get(t, p.Routes()).Pipelines[0]
	if l.Consumed != math.MaxUint64 || len(l.Verdicts) != 2 || l.Verdicts[0].Records != math.MaxUint64 || l.Verdicts[1] != (Count{Verdict: unknownVerdict, Records: 2}) || *l.Lag != huge {
		t.Errorf("%+v", l)
	}
	if len(l.Partitions) != 3 || l.Partitions[2].Lag != nil || l.Partitions[0].State != "blocked" || l.Partitions[1].State != stateUnknown || l.State != "blocked" {
		t.Errorf("%+v", l.Partitions)
	}
}

func TestReasonsBeyondTheLimitAreOne(t *testing.T) {
	var to []Count
	for peer := range 4 {
		var from []Count
		for i := range mostCounts {
			from = append(from, Count{Verdict: "poison", Reason: fmt.Sprint(peer, i), Records: 1})
		}
		to = addCounts(to, from)
	}
	total := uint64(0)
	for _, c := range to {
		total += c.Records
	}
	if len(to) != mostReasons+1 || total != 4*mostCounts {
		t.Errorf("%d reasons of %d records", len(to), total)
	}
}
