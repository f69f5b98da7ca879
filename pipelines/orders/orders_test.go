package orders

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file of testdata, or writes that file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (-update writes it anew):\n%s", path, got)
	}
}

// lines are the records of a file of testdata.
func lines(t *testing.T, name string) []pipelines.Record {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var records []pipelines.Record
	for line := range bytes.Lines(content) {
		records = append(records, pipelines.Record{Value: line})
	}
	return records
}

// path carries records through a stream up to the sink and writes down what becomes of each; body
// puts a write's body in words.
func path[T any](t *testing.T, stream pipelines.Stream[T], records []pipelines.Record, body func([]byte) string) []byte {
	t.Helper()
	var out bytes.Buffer
	var value T
	arena := []byte("before")
	for i := range records {
		if err := stream.Decode(&records[i], &value); err != nil {
			t.Fatalf("decoding line %d: %v", i+1, err)
		}
		if verdict, reason := stream.Gate(&value, pipelines.Seat{}, 0); verdict != pipelines.Unsettled {
			fmt.Fprintf(&out, "%s: %s\n", verdict, reason)
			continue
		}
		var w pipelines.Write
		arena, w = stream.Process(&value, arena)
		fmt.Fprintf(&out, "%s %s version %d time %d expires %d unknown %d\n  %s\n", w.Target, w.Key, w.Version, w.Time, w.Expires, w.Unknown, body(w.Body))
	}
	if !bytes.HasPrefix(arena, []byte("before")) {
		t.Error("the arena was not appended to")
	}
	return out.Bytes()
}

func asItIs(body []byte) string { return string(body) }

// inWords is a level event as a person reads it.
func inWords(body []byte) string {
	var e schemas.LevelEvent
	if err := schemas.ParseLevelEvent(body, &e); err != nil {
		return err.Error()
	}
	kind := map[schemas.LevelKind]string{schemas.LevelComplete: "complete", schemas.LevelVoid: "void", schemas.LevelPurchase: "purchase"}[e.Kind]
	return fmt.Sprintf("%s order %d month %s second %d at %d purchase %q sku %q rank %d until %d", kind, e.Order, e.Month, e.Second, e.At, e.Purchase, e.SKU, e.Rank, e.Until)
}

func TestIndexDocuments(t *testing.T) {
	golden(t, "index.golden", path(t, NewIndex()(), lines(t, "events.ndjson"), asItIs))
}

func TestLevelEvents(t *testing.T) {
	golden(t, "levels.golden", path(t, NewLevels(Config{Rules: rules.Default()})(), lines(t, "events.ndjson"), inWords))
}

func TestPurchases(t *testing.T) {
	golden(t, "purchases.golden", path(t, NewPurchases(Config{Rules: rules.Default()})(), lines(t, "purchases.ndjson"), inWords))
}

// The month of an order is that of its event in the business time zone, to the very millisecond.
func TestTheMonthIsThatOfTheBusiness(t *testing.T) {
	stream := NewLevels(Config{Rules: rules.Default()})()
	const turn = 1793462400000 // 2026-11-01 in Shanghai, still October in UTC
	for at, want := range map[int64]string{turn - 1: "2026-10 2678399", turn: "2026-11 0", turn + 1999: "2026-11 1"} {
		_, w := stream.Process(&schemas.OrderEvent{OrderID: 1, MemberID: []byte("M"), Type: schemas.OrderCompleted, At: at}, nil)
		var e schemas.LevelEvent
		if err := schemas.ParseLevelEvent(w.Body, &e); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(e.Month, " ", e.Second); got != want {
			t.Errorf("%d is in %s, want %s", at, got, want)
		}
	}
}

func TestRejections(t *testing.T) {
	levels, index, purchases := NewLevels(Config{Rules: rules.Default()})(), NewIndex()(), NewPurchases(Config{Rules: rules.Default()})()
	order := func(stream pipelines.Stream[schemas.OrderEvent]) func(string) error {
		return func(value string) error {
			return stream.Decode(&pipelines.Record{Value: []byte(value)}, &schemas.OrderEvent{})
		}
	}
	purchase := func(value string) error {
		return purchases.Decode(&pipelines.Record{Value: []byte(value)}, &schemas.Purchase{})
	}
	for _, c := range []struct {
		decode        func(string) error
		value, reason string
	}{
		{order(levels), `{"orderId":"secret-name"`, schemas.CodeBadJSON},
		{order(index), `{"orderId":"7","memberId":"secret-name","type":"completed"}`, schemas.CodeMissing},
		{order(index), `{"orderId":"7","memberId":"secret-name","type":"lost","at":1790000000000}`, schemas.CodeUnknownEnum},
		{purchase, `{"purchaseId":"P1","memberId":"secret-name","sku":"gold-month"}`, schemas.CodeMissing},
		{purchase, `{"purchaseId":"P1","memberId":"secret-name","sku":"secret-name","at":1790000000000}`, ReasonUnknownSKU},
	} {
		err := c.decode(c.value)
		var rejection *pipelines.Rejection
		if !errors.As(err, &rejection) || rejection.Reason != c.reason || rejection.Detail == "" {
			t.Errorf("%s: %v, want reason %s", c.value, err, c.reason)
		}
		if strings.Contains(fmt.Sprint(err), "secret-name") {
			t.Errorf("error text carries the body: %v", err)
		}
	}
}

func TestConfigNeedsRules(t *testing.T) {
	if (&Config{}).Validate() == nil || (&Config{Rules: rules.Default()}).Validate() != nil {
		t.Error("rules are needed, and enough")
	}
}
