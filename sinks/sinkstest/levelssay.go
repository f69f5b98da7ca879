package sinkstest

import (
	"errors"
	"fmt"
	"slices"

	"sluice/pipelines"
	"sluice/schemas"
)

// says fails the check unless the results are these, as "stored" or "duplicate void".
func (h *house) says(results []pipelines.Result, want ...string) {
	h.t.Helper()
	got := make([]string, len(results))
	for i, r := range results {
		if got[i] = r.Verdict.String(); r.Reason != "" {
			got[i] += " " + r.Reason
		}
	}
	if !slices.Equal(got, want) {
		h.t.Fatalf("the results are %q, want %q", got, want)
	}
}

// state is what a read says.
func (h *house) state(member string) schemas.MemberState {
	h.t.Helper()
	state, err := h.Levels.Member(h.t.Context(), member)
	if err != nil {
		h.t.Fatalf("reading %s: %v", member, err)
	}
	return state
}

// changes are the level changes in the outbox of a member's bucket, of this member.
func (h *house) changes(member string) []schemas.LevelChanged {
	h.t.Helper()
	const plenty = 100_000
	entries, err := h.Levels.Outbox(h.t.Context(), h.Bucket(member), plenty)
	if err != nil {
		h.t.Fatalf("reading the outbox: %v", err)
	}
	var changes []schemas.LevelChanged
	for i := range entries {
		if entries[i].Topic != schemas.TopicLevels || string(entries[i].Key) != member {
			continue
		}
		var change schemas.LevelChanged
		if err := schemas.DecodeLevel(&change, entries[i].Value); err != nil {
			h.t.Fatalf("the change %s: %v", entries[i].Value, err)
		}
		changes = append(changes, change)
	}
	return changes
}

// announced fails the check unless the member's changes are these, in short: "bronze>silver orders".
func (h *house) announced(member string, want ...string) {
	h.t.Helper()
	changes := h.changes(member)
	got := make([]string, len(changes))
	for i, c := range changes {
		got[i] = fmt.Sprintf("%s>%s %s", c.From, c.To, c.Cause)
		if i > 0 && (!c.After(changes[i-1].Epoch, changes[i-1].Version) || c.From != changes[i-1].To) {
			h.t.Errorf("the change %+v comes after %+v", c, changes[i-1])
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		h.t.Fatalf("announced %q, want %q", got, want)
	}
}

// fails fails the check unless an error is that one.
func (h *house) fails(what string, err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Fatalf("%s: %v, want %v", what, err, want)
	}
}
