package embedded

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/sinks/sinkstest"
)

func TestDocuments(t *testing.T) {
	sinkstest.TestDocuments(t, func(t *testing.T) sinkstest.Holdings {
		s := newStore(t, Config{NoSync: true})
		return sinkstest.Holdings{Sink: s, Documents: s}
	})
}

// reopened reads by a new Reader each time, beside the owner.
type reopened struct{ cfg Config }

func (r reopened) Documents(ctx context.Context, q schemas.DocumentsQuery, each func(schemas.Document) error) error {
	reader, err := OpenReader(r.cfg)
	if err != nil {
		return err
	}
	return errors.Join(reader.Documents(ctx, q, each), reader.Close())
}

func TestDocumentsByReader(t *testing.T) {
	sinkstest.TestDocuments(t, func(t *testing.T) sinkstest.Holdings {
		cfg := Config{Dir: t.TempDir(), NoSync: true}
		return sinkstest.Holdings{Sink: newStore(t, cfg), Documents: reopened{cfg}}
	})
}

// written writes n pings of each kind and fails the test unless all are stored.
func written(t testing.TB, s *Store, n int, ts int64) {
	t.Helper()
	live, history := make([]pipelines.Write, n), make([]pipelines.Write, n)
	for i := range n {
		p := pingOf(i, ts)
		live[i], history[i] = asLive(&p), asHistory(&p)
	}
	for _, writes := range [][]pipelines.Write{live, history} {
		results := make([]pipelines.Result, n)
		if err := s.Write(t.Context(), writes, results); err != nil {
			t.Fatal(err)
		}
		for i := range results {
			if results[i].Verdict != pipelines.Stored {
				t.Fatalf("write %d is %v", i, results[i])
			}
		}
	}
}

func pingOf(i int, ts int64) schemas.Ping {
	return schemas.Ping{
		DriverID: fmt.Appendf(nil, "D%07d", i), TS: ts, Lat: 31.2 + float64(i%1000)/1e4, Lon: 121.4, Speed: 8.3, Heading: 120, Accuracy: 5,
		Status: schemas.StatusIdle, Vehicle: []byte("van"), City: []byte("shanghai"), Seq: int64(i),
	}
}

// countBy is how many documents of each family a reader finds.
func countBy(t testing.TB, from sinkstest.Documents) (live, history int) {
	t.Helper()
	for family, n := range map[string]*int{schemas.PositionsIndex: &live, schemas.PingsAlias: &history} {
		err := from.Documents(context.Background(), schemas.DocumentsQuery{Family: family}, func(schemas.Document) error { *n++; return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	return live, history
}

func TestReaderPagesAndNeedsNoOwner(t *testing.T) {
	cfg := Config{Dir: t.TempDir(), NoSync: true}
	const n, noon = 3*pageRows + 17, int64(1_790_000_000_000)
	s := newStore(t, cfg)
	written(t, s, n, noon)
	check := func(when string) {
		if live, history := countBy(t, reopened{cfg}); live != n || history != n {
			t.Errorf("%s: %d positions and %d pings of %d", when, live, history, n)
		}
	}
	check("beside the owner")
	closeStore(t, s)
	check("without an owner")
}

func TestReaderLeavesAnUnknownFormatAlone(t *testing.T) {
	cfg := Config{Dir: t.TempDir(), NoSync: true}
	s := newStore(t, cfg)
	written(t, s, 1, 1_790_000_000_000)
	closeStore(t, s)
	alter(t, cfg.Dir, "positions", "PRAGMA user_version = 2")
	err := reopened{cfg}.Documents(t.Context(), schemas.DocumentsQuery{Family: schemas.PositionsIndex}, func(schemas.Document) error { return nil })
	wantError(t, err, ErrFormat)
}
