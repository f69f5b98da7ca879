package sinkstest

import (
	"fmt"

	"sluice/pipelines"
	"sluice/schemas"
)

// levelLosses are the checks of what a store that lost something does.
func levelLosses() map[string]func(*house) {
	return map[string]func(*house){
		"a store that lost all takes nothing, and says so": lostAll,
		"what is read again makes it whole":                readAgain,
		"a level that is not known to be announced is":     announcedAgain,
		"a bucket that recovers is not turned nor read":    notTurned,
		"nothing is lost twice":                            recoveredOnce,
		"a claim of somebody else is left alone":           claimedByOther,
		"an epoch is used once":                            lowEpoch,
		"a lane behind the commit has lost something":      behindCommit,
		"a commit that the topic no longer has is passed":  passedRetention,
		"a topic made anew begins anew":                    madeAnew,
		"nobody waits for a topic that is gone":            anewWhileRecovering,
		"a topic made anew may have lost something":        lostWhileRecovering,
		"old news of a topic harm no lane":                 recoveredByOldNews,
		"two topics are read back apart":                   twoTopics,
		"a lane that was not opened raises nothing":        notOpened,
		"a raise only goes up":                             raiseGoesUp,
		"the watermark is there after reopening":           reopenedMarks,
		"what was answered is there after reopening":       reopenedState,
	}
}

// settled says that the group's commit is at the partition's end now.
func (h *house) settled() {
	h.t.Helper()
	if err := h.Levels.Raise(h.t.Context(), h.feed.Part, h.feed.End); err != nil {
		h.t.Fatalf("raising: %v", err)
	}
	h.feed.Next, h.feed.Fresh = h.feed.End, false
}

// again is the same records, as they are read a second time.
func again(writes []pipelines.Write) []pipelines.Write { return writes }

func (h *house) lose() {
	h.t.Helper()
	skipUnless(h.t, h.Lose != nil)
	h.Lose(h.t)
}

func lostAll(h *house) {
	writes := h.orders(m1, 5, levelNoon)
	h.write(writes...)
	h.settled()
	h.lose()
	results := make([]pipelines.Result, 1)
	h.fails("a write", h.Levels.Write(h.t.Context(), h.orders(m1, 1, levelNoon), results), pipelines.ErrLost)
	if results[0].Verdict.Final() {
		h.t.Errorf("the result is %v", results[0])
	}
	h.fails("a raise", h.Levels.Raise(h.t.Context(), h.feed.Part, h.feed.End), pipelines.ErrLost)
	_, err := h.Levels.Member(h.t.Context(), m1)
	h.fails("a read", err, schemas.ErrRecovering)
	h.fails("a look at what is held", h.Levels.Held(h.t.Context(), schemas.HeldQuery{Bucket: h.Bucket(m1)}, nil), schemas.ErrRecovering)
	marks, err := h.Levels.Open(h.t.Context(), h.feed, "a look")
	if err != nil || marks.Claimed != h.Levels.Buckets() || marks.Unborn != marks.Claimed || marks.Others != 0 || marks.Least != -1 {
		h.t.Errorf("the marks are %+v, %v", marks, err)
	}
	h.fails("a write behind a look", h.Levels.Write(h.t.Context(), writes[:1], results), pipelines.ErrLost)
}

func readAgain(h *house) {
	all := append(h.orders(m1, 20, levelNoon), h.orders(m2, 7, levelNoon-31*day)...)
	all = append(all, h.void(m2, h.order, levelNoon))
	h.write(all...)
	h.settled()
	h.lose()
	marks, recovered := h.begin()
	if recovered != h.Levels.Buckets() || marks.From != 0 {
		h.t.Fatalf("recovered %d buckets, read from %d", recovered, marks.From)
	}
	h.write(again(all)...)
	h.settled()
	h.counts(m1, november, 20)
	h.counts(m2, october, 6)
	h.announced(m1, "bronze>bronze recovered", "bronze>silver orders", "silver>gold orders")
	for _, c := range h.changes(m1) {
		if c.Epoch != h.epoch {
			h.t.Errorf("the change %+v is not of epoch %d", c, h.epoch)
		}
	}
	for _, r := range h.write(again(all)...) {
		if r.Verdict != pipelines.Duplicate {
			h.t.Fatalf("a third time: %+v", r)
		}
	}
}

// announcedAgain is a level that was announced, and fell, in a history that is lost: what comes again brings no change.
func announcedAgain(h *house) {
	writes := h.orders(m1, 5, levelNoon-31*day)
	h.write(writes...)
	h.settled()
	h.lose()
	h.clock.set(h.rules.Start(december))
	h.begin()
	h.write(again(writes)...)
	h.settled()
	h.announced(m1, "bronze>bronze recovered")
	h.write(h.orders(m1, 1, levelNoon-31*day)...)
	h.announced(m1, "bronze>bronze recovered")
	h.write(h.orders(m2, 1, levelNoon)...)
	h.announced(m2)
}

func notTurned(h *house) {
	writes := h.orders(m1, 5, levelNoon)
	h.write(writes...)
	h.settled()
	h.lose()
	_, _, err := h.Levels.Turn(h.t.Context(), h.Bucket(m1), levelNoon, 10, 10)
	h.fails("a turn of a bucket that is away", err, schemas.ErrRecovering)
	h.begin()
	h.write(again(writes)[:4]...)
	_, _, err = h.Levels.Turn(h.t.Context(), h.Bucket(m1), levelNoon, 10, 10)
	h.fails("a turn of a bucket that recovers", err, schemas.ErrRecovering)
	_, err = h.Levels.Member(h.t.Context(), m1)
	h.fails("a read of a bucket that recovers", err, schemas.ErrRecovering)
	err = h.Levels.Held(h.t.Context(), schemas.HeldQuery{Bucket: h.Bucket(m1), Member: m1}, nil)
	h.fails("what is held of a bucket that recovers", err, schemas.ErrRecovering)
	_, err = h.Levels.DecideCoupons(h.t.Context(), h.Bucket(m1), 10, make([]schemas.CouponDecision, 1))
	h.fails("a coupon of a bucket that recovers", err, schemas.ErrRecovering)
	_, err = h.Levels.CouponsDue(h.t.Context(), h.Bucket(m1), levelNoon, nil, 10)
	h.fails("the coupons due of a bucket that recovers", err, schemas.ErrRecovering)
	_, err = h.Levels.ArmCoupons(h.t.Context(), h.Bucket(m1), 10, []schemas.CouponTimer{timer("a", levelNoon)})
	h.fails("arming a bucket that recovers", err, schemas.ErrRecovering)
	h.write(again(writes)[4:]...)
	if state := h.state(m1); state.Announced != "silver" || state.Recovering {
		h.t.Errorf("all is back: %+v", state)
	}
}

func recoveredOnce(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	h.settled()
	h.lose()
	h.begin()
	n, err := h.Levels.Recover(h.t.Context(), fmt.Sprint("claim ", h.epoch-1), h.epoch+1, []pipelines.Feed{h.feed})
	if n != 0 || err != nil {
		h.t.Errorf("the same claim recovers %d buckets again, %v", n, err)
	}
	h.begin()
	if marks, err := h.Levels.Open(h.t.Context(), h.feed, "x"); err != nil || marks.Epoch != h.epoch || marks.Claimed != 0 {
		h.t.Errorf("opened twice: %+v, %v", marks, err)
	}
}

func claimedByOther(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	h.settled()
	h.lose()
	for i, claim := range []string{"one", "two", "one"} {
		marks, err := h.Levels.Open(h.t.Context(), h.feed, claim)
		claimed, others := h.Levels.Buckets(), 0
		if i == 1 {
			claimed, others = others, claimed
		}
		if err != nil || marks.Claimed != claimed || marks.Others != others {
			h.t.Fatalf("claim %d is %+v, %v", i, marks, err)
		}
	}
	if marks, err := h.Levels.Open(h.t.Context(), h.feed, "one/again"); err != nil || marks.Claimed != h.Levels.Buckets() || marks.Others != 0 {
		h.t.Fatalf("another claim of the same process is %+v, %v", marks, err)
	}
	if n, err := h.Levels.Recover(h.t.Context(), "one/again", 0, []pipelines.Feed{h.feed}); err == nil || n != 0 {
		h.t.Errorf("epoch 0, which says that there is none, recovers %d buckets", n)
	}
	for claim, want := range map[string]int{"two": 0, "one": 0, "one/again": h.Levels.Buckets()} {
		if n, err := h.Levels.Recover(h.t.Context(), claim, h.epoch+5, []pipelines.Feed{h.feed}); n != want || err != nil {
			h.t.Fatalf("the claim %s recovers %d, %v", claim, n, err)
		}
	}
}
