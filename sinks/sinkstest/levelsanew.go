package sinkstest

import (
	"sluice/pipelines"
	"sluice/schemas"
)

func madeAnew(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	h.settled()
	h.feed.Topic, h.feed.Next, h.feed.End, h.feed.Fresh = "made-twice", 0, 0, true
	if marks, recovered := h.begin(); recovered != 0 || marks.From != 0 {
		h.t.Fatalf("recovered %d, %+v", recovered, marks)
	}
	h.says(h.write(h.complete(m1, 1, levelNoon), h.complete(m1, 6, levelNoon)), "duplicate counted", "stored")
	h.settled()
	h.counts(m1, november, 6)
}

// anew has the topic made a second time: its offsets begin again, and the first is nothing any more.
func (h *house) anew() {
	h.feed.Topic, h.feed.Next, h.feed.End, h.feed.Fresh = "made-twice", 0, 0, true
}

// recovering loses all and begins to read it back.
func (h *house) recovering() {
	h.write(h.orders(m1, 5, levelNoon)...)
	h.settled()
	h.lose()
	h.begin()
	_, err := h.Levels.Member(h.t.Context(), m1)
	h.fails("a read of what is read back", err, schemas.ErrRecovering)
}

// anewWhileRecovering makes the topic anew before all was read back: what is left of it never comes.
func anewWhileRecovering(h *house) {
	h.recovering()
	h.anew()
	if marks, recovered := h.begin(); recovered != 0 || marks.From != 0 {
		h.t.Fatalf("recovered %d, %+v", recovered, marks)
	}
	h.write(h.complete(m1, 1, levelNoon))
	h.counts(m1, november, 1)
}

// lostWhileRecovering has the new topic lose something as well, and that of the old one still awaited.
func lostWhileRecovering(h *house) {
	h.recovering()
	h.anew()
	h.feed.Next, h.feed.End, h.feed.Fresh = 3, 3, false
	marks, err := h.Levels.Open(h.t.Context(), h.feed, "me")
	if err != nil || marks.Claimed != h.Levels.Buckets() || marks.Unborn != 0 {
		h.t.Fatalf("the marks are %+v, %v", marks, err)
	}
	h.begin2("me")
	_, err = h.Levels.Member(h.t.Context(), m1)
	h.fails("a read of what is read back", err, schemas.ErrRecovering)
}

// recoveredByOldNews recovers buckets for a feed of the topic that was, while a lane of the one that is carries on.
func recoveredByOldNews(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	h.settled()
	old := h.feed
	h.anew()
	h.begin()
	h.write(h.complete(m1, 6, levelNoon))
	h.settled()
	other := pipelines.Feed{Part: pipelines.Partition{Topic: schemas.TopicPurchases, ID: old.Part.ID}, Topic: "sold", Next: 7, End: 7}
	marks, err := h.Levels.Open(h.t.Context(), other, "other")
	if err != nil || marks.Claimed != h.Levels.Buckets() {
		h.t.Fatalf("the marks are %+v, %v", marks, err)
	}
	h.epoch++
	old.End += 10
	if n, err := h.Levels.Recover(h.t.Context(), "other", h.epoch, []pipelines.Feed{old}); n != marks.Claimed || err != nil {
		h.t.Fatalf("recovered %d, %v", n, err)
	}
	_, err = h.Levels.Member(h.t.Context(), m1)
	h.fails("a read of a bucket that waits", err, schemas.ErrRecovering)
	if err := h.Levels.Raise(h.t.Context(), h.feed.Part, h.feed.Next); err != nil {
		h.t.Fatalf("a look of a lane that lost nothing: %v", err)
	}
	h.counts(m1, november, 6)
	if marks, err := h.Levels.Open(h.t.Context(), h.feed, "me"); err != nil || marks.Claimed != 0 || marks.From != h.feed.Next {
		h.t.Errorf("the marks are %+v, %v", marks, err)
	}
}

// twoTopics is two partitions of one number: what one of them has read back ends nothing of the other.
func twoTopics(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	h.settled()
	sold := pipelines.Feed{Part: pipelines.Partition{Topic: schemas.TopicPurchases, ID: h.feed.Part.ID}, Topic: "sold", Next: 3, End: 3}
	h.lose()
	marks, err := h.Levels.Open(h.t.Context(), h.feed, "me")
	if err != nil || marks.Claimed != h.Levels.Buckets() {
		h.t.Fatalf("the marks are %+v, %v", marks, err)
	}
	h.epoch++
	if _, err := h.Levels.Recover(h.t.Context(), "me", h.epoch, []pipelines.Feed{h.feed, sold}); err != nil {
		h.t.Fatal(err)
	}
	for _, feed := range []pipelines.Feed{h.feed, sold} {
		_, err := h.Levels.Member(h.t.Context(), m1)
		h.fails("a read before both are back", err, schemas.ErrRecovering)
		if marks, err := h.Levels.Open(h.t.Context(), feed, "me"); err != nil || marks.Claimed != 0 || marks.From != 0 {
			h.t.Fatalf("the marks of %v are %+v, %v", feed.Part, marks, err)
		}
		if err := h.Levels.Raise(h.t.Context(), feed.Part, feed.End); err != nil {
			h.t.Fatal(err)
		}
	}
	h.counts(m1, november, 0)
}
