package verify

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/simulate/ledger"
)

// looks answers with one lag after the other, the last one for ever; below 0 is an error.
type looks struct {
	lags   []int64
	others int64 // records that somebody else has added: with every look, behind the load
}

func lags(l ...int64) looks { return looks{lags: l} }

func (l *looks) Sample(context.Context) (ledger.Sample, error) {
	lag := l.lags[0]
	if len(l.lags) > 1 {
		l.lags = l.lags[1:]
	}
	if lag < 0 {
		return ledger.Sample{}, errAway
	}
	const end = 5000 // of the load
	s := ledger.Sample{Readers: []ledger.Reader{{Partitions: []ledger.Offsets{{Committed: end - lag, End: end + l.others}}}}}
	l.others++
	return s, nil
}

func TestWaiting(t *testing.T) {
	for name, c := range map[string]struct {
		looks looks
		took  time.Duration
		note  string
		err   error
	}{
		"done at once":         {looks: lags(0)},
		"done after a while":   {looks: lags(9, 5, 5, 5, 5, 5, 5, 1, 0), took: 8 * time.Second},
		"a plateau":            {looks: lags(9, 7), took: 21 * time.Second, note: "behind by 7 records, and"},
		"too slow":             {looks: slowly(), took: time.Minute, note: "after 1m0s"},
		"away for a moment":    {looks: lags(9, -1, -1, -1, -1, -1, -1, -1, 3, 0), took: 9 * time.Second},
		"away from the start":  {looks: lags(-1, -1, 0), took: 2 * time.Second},
		"away for good":        {looks: lags(9, -1), took: 20 * time.Second, err: errAway},
		"never there":          {looks: lags(-1), took: 20 * time.Second, err: errAway},
		"away at the very end": {looks: lags(9, 1, -1), took: 21 * time.Second, err: errAway},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := &verifier{
					cfg: Config{Wait: time.Minute, Poll: time.Second, Still: 20 * time.Second}, report: &Report{},
					deps: Deps{Offsets: &c.looks, Watcher: &world{}},
				}
				begin := time.Now()
				err := v.wait(t.Context())
				notes := strings.Join(v.report.Notes, " ")
				if took := time.Since(begin); took != c.took || !errors.Is(err, c.err) || !strings.Contains(notes, c.note) || (c.note == "") != (notes == "") {
					t.Errorf("%v after %s, %q; want %s, %q", err, took, notes, c.took, c.note)
				}
			})
		})
	}
}

// slowly is a pipeline that gets on, and not far.
func slowly() looks {
	var l looks
	for lag := int64(1000); lag > 0; lag-- {
		l.lags = append(l.lags, lag)
	}
	return l
}
