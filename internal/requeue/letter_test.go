package requeue

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sluice/pipelines"
	"sluice/schemas"
)

func TestOriginalCarriesWhenItWasReceived(t *testing.T) {
	const tolerance = 2000
	for name, c := range map[string]struct {
		header  string // received-at of the original, "" = none
		written int64
		want    string
	}{
		"a header is kept":                            {"1790000000123", noon + 500, "1790000000123"},
		"within the tolerance of the record":          {"1790000001999", noon, "1790000001999"},
		"ahead of the record: its time was believed":  {"1790000009000", noon, "1790000000000"},
		"no time at all: likewise":                    {"soon", noon, "1790000000000"},
		"no header: the record's time":                {"", noon, "1790000000000"},
		"neither: it is received when it comes again": {"", 0, ""},
	} {
		l := Letter{ID: ID{Pipeline: live}, Written: c.written, Attempts: 2, Record: pipelines.Record{
			Key: []byte("k"), Value: []byte("v"), Headers: []pipelines.Header{header(schemas.HeaderEventID, "e")},
		}}
		if c.header != "" {
			l.Record.Headers = append(l.Record.Headers, header(schemas.HeaderReceivedAt, c.header))
		}
		l.Record.Headers = append(l.Record.Headers, story(0, 1)...)
		rec := l.Original(tolerance)
		if got := string(rec.Header(schemas.HeaderReceivedAt)); got != c.want {
			t.Errorf("%s: received-at %q, want %q", name, got, c.want)
		}
		if string(rec.Key) != "k" || string(rec.Value) != "v" || string(rec.Header(schemas.HeaderEventID)) != "e" || rec.Time != 0 {
			t.Errorf("%s: %+v", name, rec)
		}
		if string(rec.Header(schemas.HeaderDeadAttempts)) != "3" || string(rec.Header(schemas.HeaderDeadFor)) != live || rec.Header(schemas.HeaderDeadReason) != nil {
			t.Errorf("%s: headers %v", name, rec.Headers)
		}
	}
}

// A producer chooses its records' headers: they can neither hide a letter nor tell its story.
func TestHeadersOfTheOriginalAreNotBelieved(t *testing.T) {
	forged := []pipelines.Header{
		header(schemas.HeaderDeadMark, schemas.MarkDropped), header(schemas.HeaderDeadMarked, "0-9"),
		header(schemas.HeaderDeadTopic, "payments"), header(schemas.HeaderDeadReason, "none"),
	}
	store := newTopics()
	part := pipelines.Partition{Topic: schemas.DeadTopic(live)}
	store.bury(t, 3, 1)
	rec := pipelines.Record{Value: []byte("x"), Headers: append(forged, story(0, 7)...)}
	foreign := pipelines.Record{Value: []byte("no letter"), Headers: []pipelines.Header{header("a", "b")}}
	broken := pipelines.Record{Headers: []pipelines.Header{header(schemas.HeaderDeadMark, schemas.MarkDropped), header(schemas.HeaderDeadMarked, "0-99")}}
	if err := store.PublishTo(t.Context(), part, []pipelines.Record{rec, foreign, broken}); err != nil {
		t.Fatal(err)
	}
	if got := store.states(t); got[Open] != 4 || len(got) != 1 {
		t.Errorf("letters are %v", got)
	}
	found, there, err := NewBox(store, live).Find(t.Context(), ID{Pipeline: live, Offset: 3})
	if err != nil || !there || found.Letter.From.Topic != pings || found.Letter.Reason != "out_of_range" {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestFind(t *testing.T) {
	store := newTopics()
	store.bury(t, 4, 1)
	cfg := settings()
	cfg.Filter.IDs = []ID{{Pipeline: live, Offset: 2}}
	r, _ := requeuer(t, store, cfg)
	if sum, err := r.Drop(t.Context(), NewBox(store, live)); err != nil || sum.Done != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	box := NewBox(store, live)
	found, there, err := box.Find(t.Context(), ID{Pipeline: live, Offset: 2})
	if err != nil || !there || found.State != Dropped || found.Mark.Who != "tester" || string(found.Letter.Record.Value) != "2" {
		t.Errorf("%+v, %v, %v", found, there, err)
	}
	for _, id := range []ID{{live, 0, 4}, {live, 0, 99}, {live, 9, 0}} { // a mark, behind the end, no partition
		if _, there, err := box.Find(t.Context(), id); there || err != nil {
			t.Errorf("%v: %v, %v", id, there, err)
		}
	}
}

func TestIDs(t *testing.T) {
	for _, text := range []string{"gps-live/3/1234", "a/0/0"} {
		if id, err := ParseID(text); err != nil || id.String() != text {
			t.Errorf("%s: %v, %v", text, id, err)
		}
	}
	for _, text := range []string{"", "gps-live", "gps-live/3", "/3/4", "gps-live/-1/4", "gps-live/1/-4", "gps-live/1/4/5", "a/99999999999/1", "a/1/99999999999999999999"} {
		if id, err := ParseID(text); err == nil {
			t.Errorf("%q was read as %v", text, id)
		}
	}
}

func TestFilter(t *testing.T) {
	l := &Letter{ID: ID{live, 1, 2}, Reason: "bad_json", Stage: "decode", At: noon}
	at := time.UnixMilli(noon)
	for name, c := range map[string]struct {
		f    Filter
		want bool
	}{
		"all": {Filter{}, true}, "id": {Filter{IDs: []ID{{live, 1, 2}}}, true}, "another id": {Filter{IDs: []ID{{live, 1, 3}}}, false},
		"reason": {Filter{Reasons: []string{"x", "bad_json"}}, true}, "another reason": {Filter{Reasons: []string{"x"}}, false},
		"stage": {Filter{Stages: []string{"decode"}}, true}, "another stage": {Filter{Stages: []string{"sink"}}, false},
		"since": {Filter{Since: at}, true}, "since later": {Filter{Since: at.Add(1e6)}, false},
		"before": {Filter{Before: at}, false}, "before later": {Filter{Before: at.Add(1e6)}, true},
	} {
		if c.f.Wants(l) != c.want {
			t.Errorf("%s: want %v", name, c.want)
		}
	}
}

func TestMarksRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfNDistinct(rapid.Int64Range(0, 200), 1, 60, rapid.ID).Draw(t, "offsets")
		rec := Mark{What: schemas.MarkRequeued, At: noon, Who: "me", runs: runsOf(slices.Clone(all))}.record()
		rec.Offset = 201
		mark, err := readMark(&rec)
		if err != nil || !isMark(&rec) || mark.At != noon || mark.Who != "me" {
			t.Fatalf("%+v, %v", mark, err)
		}
		set := offsets{}
		for _, offset := range all {
			set.add(offset)
		}
		for offset := range int64(210) {
			if want := slices.Contains(all, offset); mark.marks(offset) != want || set.has(offset) != want {
				t.Fatalf("offset %d of %v: %v, %v", offset, all, mark.marks(offset), set.has(offset))
			}
		}
		rec.Offset = slices.Max(all)
		if _, err := readMark(&rec); err == nil {
			t.Fatal("a mark was believed that names itself")
		}
	})
}

func TestOffsetsFarApart(t *testing.T) {
	set := offsets{}
	for _, offset := range []int64{0, pageBits - 1, pageBits, 1 << 40} {
		if set.has(offset) {
			t.Errorf("%d is there", offset)
		}
		set.add(offset)
		if !set.has(offset) || set.has(offset+1) {
			t.Errorf("%d was not added alone", offset)
		}
	}
}

func TestSurveyCountsByReason(t *testing.T) {
	store := newTopics()
	store.bury(t, 10, 1)
	part := pipelines.Partition{Topic: schemas.DeadTopic(live), ID: 1}
	for i := range maxHeaps + 10 {
		rec := pipelines.Record{Headers: story(1, int64(i), header(schemas.HeaderDeadReason, fmt.Sprint("reason-", i)), header(schemas.HeaderDeadAttempts, "2"))}
		if err := store.PublishTo(t.Context(), part, []pipelines.Record{rec}); err != nil {
			t.Fatal(err)
		}
	}
	var survey Survey
	lines := 0
	if err := survey.Count(t.Context(), NewBox(store, live), &Filter{}, func(*Letter) error { lines++; return nil }); err != nil {
		t.Fatal(err)
	}
	heaps := survey.Heaps()
	if survey.Open() != maxHeaps+20 || lines != maxHeaps+20 || len(heaps) != maxHeaps+1 {
		t.Errorf("%d open, %d lines, %d heaps", survey.Open(), lines, len(heaps))
	}
	if h := heaps[0]; h.Reason != Other && (h.Open != 10 || h.Oldest != noon || h.Newest != noon+9) {
		t.Errorf("the largest is %+v", h)
	}
	if i := slices.IndexFunc(heaps, func(h Heap) bool { return h.Reason == Other }); i < 0 || heaps[i].Open != 11 || heaps[i].Attempts != 2 {
		t.Errorf("the rest are %v", heaps)
	}
}

func TestConfigSaysAllThatIsWrong(t *testing.T) {
	_, err := New(Config{Limit: -1, MaxAttempts: -1, Rate: maxRate + 1}, newTopics(), &watcher{})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"limit", "max attempts", "rate", "who"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not said: %v", want, err)
		}
	}
	if errors.Is(err, errAway) {
		t.Error("unexpected")
	}
}
