package check

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// series are samples by their labels, in memory: what the rules are tried on.
type series struct {
	all map[string]*oneSeries
}

type oneSeries struct {
	labels  labels.Labels
	samples []chunks.Sample
}

func newSeries() *series { return &series{all: map[string]*oneSeries{}} }

// add appends a sample; times of one series must grow.
func (s *series) add(l labels.Labels, at time.Time, value float64) {
	key := l.String()
	if s.all[key] == nil {
		s.all[key] = &oneSeries{labels: l}
	}
	s.all[key].samples = append(s.all[key].samples, sample{ms: at.UnixMilli(), value: value})
}

// Querier is storage.Queryable.
func (s *series) Querier(mint, maxt int64) (storage.Querier, error) {
	return &querier{series: s, mint: mint, maxt: maxt}, nil
}

type querier struct {
	*series
	mint, maxt int64
}

// Select returns the series that match, cut to the querier's times.
func (q *querier) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	set := &seriesSet{at: -1}
	for _, one := range q.all {
		if !matching(one.labels, matchers) {
			continue
		}
		var within []chunks.Sample
		for _, s := range one.samples {
			if s.T() >= q.mint && s.T() <= q.maxt {
				within = append(within, s)
			}
		}
		set.list = append(set.list, storage.NewListSeries(one.labels, within))
	}
	return set
}

func matching(l labels.Labels, matchers []*labels.Matcher) bool {
	for _, m := range matchers {
		if !m.Matches(l.Get(m.Name)) {
			return false
		}
	}
	return true
}

var errNotAsked = errors.New("expressions do not ask for labels")

// LabelValues is not needed to evaluate an expression.
func (*querier) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, errNotAsked
}

// LabelNames is not needed to evaluate an expression.
func (*querier) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, errNotAsked
}

// Close has nothing to release.
func (*querier) Close() error { return nil }

type seriesSet struct {
	list []storage.Series
	at   int
}

// Next moves to the next series.
func (s *seriesSet) Next() bool { s.at++; return s.at < len(s.list) }

// At is the series now.
func (s *seriesSet) At() storage.Series { return s.list[s.at] }

// Err is always nil.
func (*seriesSet) Err() error { return nil }

// Warnings are none.
func (*seriesSet) Warnings() annotations.Annotations { return nil }

// sample is one number at one time.
type sample struct {
	ms    int64
	value float64
}

// T is the time in ms.
func (s sample) T() int64 { return s.ms }

// ST is no start time.
func (sample) ST() int64 { return 0 }

// F is the value.
func (s sample) F() float64 { return s.value }

// H is none.
func (sample) H() *histogram.Histogram { return nil }

// FH is none.
func (sample) FH() *histogram.FloatHistogram { return nil }

// Type is a plain number.
func (sample) Type() chunkenc.ValueType { return chunkenc.ValFloat }

// Copy is the sample.
func (s sample) Copy() chunks.Sample { return s }
