package replay

import (
	"errors"
	"slices"
	"testing"
)

func TestAReplayIsKnownByItsCommits(t *testing.T) {
	book := &ledger{}
	plan, err := Begin(t.Context(), book, ends(10, 20), "group", someJob())
	if err != nil || plan.Resumed || plan.Progress() != (Progress{Done: 0, Total: 30}) {
		t.Fatalf("%+v, %v", plan, err)
	}
	notes, err := plan.Notes()
	if err != nil {
		t.Fatal(err)
	}
	for id, place := range book.kept() {
		if place.Note != notes[id] || place.Next != 0 {
			t.Errorf("partition %d: %+v, its note is to be %s", id, place, notes[id])
		}
	}
	moved := book.kept()[1]
	moved.Next = 15
	book.places[1] = moved
	for name, begin := range map[string]func() (*Plan, error){
		"the same again": func() (*Plan, error) { return Begin(t.Context(), book, ends(99, 99), "group", someJob()) },
		"by name":        func() (*Plan, error) { return Resume(t.Context(), book, ends(99, 99), "group", "driver.pings") },
	} {
		plan, err := begin()
		if err != nil || !plan.Resumed || plan.Job != someJob() || plan.Progress() != (Progress{Done: 15, Total: 30}) {
			t.Errorf("%s: %+v, %v", name, plan, err)
		}
	}
}

func TestAnotherRangeIsRefused(t *testing.T) {
	book := &ledger{}
	if _, err := Begin(t.Context(), book, ends(10), "group", someJob()); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Job){
		"from": func(j *Job) { j.From++ }, "to": func(j *Job) { j.To++ }, "pipeline": func(j *Job) { j.Pipeline = "gps-live" },
		"shadow": func(j *Job) { j.Shadow = "x" }, "ages": func(j *Job) { j.AsOf = "off" },
	} {
		job := someJob()
		change(&job)
		if _, err := Begin(t.Context(), book, ends(10), "group", job); !errors.Is(err, ErrOther) {
			t.Errorf("another %s: %v", name, err)
		}
	}
}

func TestACrashWhileItBegan(t *testing.T) {
	book := &ledger{}
	if _, err := Begin(t.Context(), book, ends(10, 20, 30), "group", someJob()); err != nil {
		t.Fatal(err)
	}
	delete(book.places, 1)
	plan, err := Begin(t.Context(), book, ends(99, 20, 99), "group", someJob())
	if err != nil || plan.Progress().Total != 60 || len(book.kept()) != 3 {
		t.Errorf("%+v, %v", plan.Parts(), err)
	}
	if i := slices.IndexFunc(plan.Parts(), func(p Part) bool { return p.Partition == 1 }); i < 0 || plan.Parts()[i].To != 20 {
		t.Errorf("parts %v", plan.Parts())
	}
}

func TestNothingToGoOnWith(t *testing.T) {
	if _, err := Resume(t.Context(), &ledger{}, ends(10), "group", "driver.pings"); !errors.Is(err, ErrNone) {
		t.Errorf("got %v", err)
	}
	other := &ledger{places: map[int32]Place{0: {Next: 7, Note: ""}}}
	if _, err := Begin(t.Context(), other, ends(10), "group", someJob()); err == nil {
		t.Error("the group of a pipeline was taken for a replay's")
	}
	newer := &ledger{places: map[int32]Place{0: {Next: 7, Note: `{"v":2}`}}}
	if _, err := Begin(t.Context(), newer, ends(10), "group", someJob()); err == nil {
		t.Error("a note of a newer program was read")
	}
	for name, job := range map[string]Job{"empty": {}, "backwards": {Pipeline: "p", Topic: "t", From: 5, To: 5}} {
		if _, err := Begin(t.Context(), &ledger{}, ends(10), "group", job); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestForget(t *testing.T) {
	book := &ledger{}
	plan, err := Begin(t.Context(), book, ends(10), "group", someJob())
	if err != nil {
		t.Fatal(err)
	}
	book.busy = true
	if err := plan.Forget(t.Context()); err != nil || book.removed != 0 {
		t.Errorf("while another is at it: %v", err)
	}
	book.busy = false
	if err := plan.Forget(t.Context()); err != nil || book.removed != 1 {
		t.Errorf("alone: %v", err)
	}
	if now, err := plan.progress(t.Context()); err != nil || !now.Finished() {
		t.Errorf("a group that another has removed: %+v, %v", now, err)
	}
}
