package sinkstest

import (
	"sluice/pipelines"
)

func notOpened(h *house) {
	other := pipelines.Partition{Topic: "another", ID: 0}
	h.fails("a raise of a partition that was not opened", h.Levels.Raise(h.t.Context(), other, 1), pipelines.ErrLost)
	writes := h.orders(m1, 5, levelNoon)
	for i := range writes {
		writes[i].From = &other
	}
	h.write(writes...) // a replay: it reads and moves no watermark
	h.counts(m1, november, 5)
	h.announced(m1, "bronze>silver orders")
}

func raiseGoesUp(h *house) {
	writes := h.orders(m1, 5, levelNoon)
	h.write(writes...)
	for _, next := range []int64{3, 9, 2, 9, 0} {
		if err := h.Levels.Raise(h.t.Context(), h.feed.Part, next); err != nil {
			h.t.Fatalf("raising to %d: %v", next, err)
		}
	}
	h.feed.Next, h.feed.End, h.feed.Fresh = 9, 9, false
	marks, err := h.Levels.Open(h.t.Context(), h.feed, "x")
	if err != nil || marks.Claimed != 0 || marks.From != 9 || marks.Least != 9 || marks.Epoch != h.epoch {
		h.t.Errorf("the marks are %+v, %v", marks, err)
	}
}

// lowEpoch draws an epoch that a bucket has passed already: nothing is recovered, and the claim stands.
func lowEpoch(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	h.feed.Next, h.feed.Fresh = h.feed.End, false
	marks, err := h.Levels.Open(h.t.Context(), h.feed, "me")
	if err != nil || marks.Claimed == 0 || marks.Unborn != 0 {
		h.t.Fatalf("the marks are %+v, %v", marks, err)
	}
	if n, err := h.Levels.Recover(h.t.Context(), "me", h.epoch, []pipelines.Feed{h.feed}); err == nil || n != 0 {
		h.t.Errorf("an epoch that is in use recovers %d buckets, %v", n, err)
	}
	if _, n := h.begin2("me"); n != marks.Claimed {
		h.t.Errorf("%d buckets are recovered, want %d", n, marks.Claimed)
	}
}

// reopen closes the store and opens it as another process does.
func (h *house) reopen() {
	h.t.Helper()
	skipUnless(h.t, h.Reopen != nil)
	h.LevelsSubject = h.Reopen(h.t)
}

func reopenedMarks(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	h.settled()
	h.write(h.orders(m1, 3, levelNoon)...)
	h.reopen()
	marks, err := h.Levels.Open(h.t.Context(), h.feed, "x")
	if err != nil || marks.Claimed != 0 || marks.From != 5 || marks.Least != 5 || marks.Epoch != h.epoch {
		h.t.Errorf("the marks are %+v, %v", marks, err)
	}
	h.feed.Next = h.feed.End
	marks, err = h.Levels.Open(h.t.Context(), h.feed, "x")
	if err != nil || marks.Claimed != h.Levels.Buckets()-1 { // the others have less than was settled by this
		h.t.Errorf("the marks behind what was raised are %+v, %v", marks, err)
	}
}

func reopenedState(h *house) {
	h.write(h.orders(m1, 20, levelNoon)...)
	h.write(h.buy(m1, "P1", "gold-month", levelNoon), h.void(m1, 1, levelNoon))
	h.turn(levelNoon)
	before := h.state(m1)
	for range 2 {
		h.reopen()
		h.begin()
		after := h.state(m1)
		if after.Version != before.Version || after.Announced != before.Announced || after.Epoch != before.Epoch ||
			after.Count(november) != 19 || len(after.Memberships) != 1 || len(after.History) != len(before.History) {
			h.t.Fatalf("the state is %+v, was %+v", after, before)
		}
		h.says(h.write(h.complete(m1, 1, levelNoon), h.complete(m1, 2, levelNoon)), "duplicate void", "duplicate counted")
		h.says(h.write(h.buy(m1, "P1", "gold-month", levelNoon)), "duplicate bought")
	}
	h.announced(m1, "bronze>silver orders", "silver>gold orders")
	h.dueAt(m1, h.rules.End(december), true)
}

func behindCommit(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	h.feed.Next, h.feed.Fresh = h.feed.End, false
	marks, err := h.Levels.Open(h.t.Context(), h.feed, "me")
	if err != nil || marks.Claimed != h.Levels.Buckets()-1 || marks.Unborn != 0 || marks.Others != 0 {
		h.t.Fatalf("the marks are %+v, %v", marks, err)
	}
	marks, recovered := h.begin2("me")
	if recovered != h.Levels.Buckets()-1 || marks.From != 0 || marks.Epoch != h.epoch {
		h.t.Fatalf("recovered %d, %+v", recovered, marks)
	}
	if state := h.state(m1); state.Epoch != h.epoch-1 {
		h.t.Errorf("the bucket that had all has another epoch: %+v", state)
	}
}

// begin2 recovers what was claimed so, and opens again.
func (h *house) begin2(claim string) (pipelines.Marks, int) {
	h.t.Helper()
	h.epoch++
	n, err := h.Levels.Recover(h.t.Context(), claim, h.epoch, []pipelines.Feed{h.feed})
	if err != nil {
		h.t.Fatal(err)
	}
	marks, err := h.Levels.Open(h.t.Context(), h.feed, claim)
	if err != nil || marks.Claimed+marks.Others > 0 {
		h.t.Fatalf("opened behind a recovery: %+v, %v", marks, err)
	}
	return marks, n
}

func passedRetention(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	h.settled()
	h.feed.Oldest, h.feed.Next, h.feed.End = h.feed.End+100, h.feed.End+100, h.feed.End+100
	if marks, recovered := h.begin(); recovered != 0 || marks.From != h.feed.Oldest {
		h.t.Errorf("recovered %d, %+v", recovered, marks)
	}
	h.says(h.write(h.orders(m1, 1, levelNoon)...), "stored")
}
