package failpoint

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"sluice/pipelines"
)

var errAway = errors.New("away")

// script is what happened, in order; a death is "†".
type script struct {
	done []string
	err  error // what is answered
}

func (s *script) note(what string) { s.done = append(s.done, what) }

// armed has one point that dies at its first hit, and lives on to be seen.
func (s *script) armed(t *testing.T, name Name) Points {
	t.Helper()
	p, err := New(string(name)+"@1", func() { s.note("†") })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fakes stand for what is decorated; each says that it was reached.
type (
	fakeTopic    struct{ *script }
	fakeDead     struct{ *script }
	fakeSink     struct{ *script }
	fakeObserver struct{ *script }
	fakeSource   struct{ *script }
	fakeGroup    struct {
		*script

		source pipelines.Source
		ended  context.Context
	}
)

func (f fakeTopic) Publish(context.Context, string, []pipelines.Record) error {
	f.note("published")
	return f.err
}

func (f fakeDead) Publish(context.Context, []pipelines.DeadLetter) error {
	f.note("buried")
	return f.err
}

func (f fakeSink) Write(context.Context, []pipelines.Write, []pipelines.Result) error {
	f.note("written")
	return f.err
}

func (f fakeObserver) Settled(_ pipelines.Partition, v pipelines.Verdict, _ string, _ int) {
	f.note(v.String())
}
func (f fakeObserver) Wrote(pipelines.Partition, pipelines.Attempt) { f.note("wrote") }
func (f fakeObserver) Noted(pipelines.Partition, pipelines.Event)   { f.note("noted") }

func (f fakeSource) Poll(_ context.Context, dst []pipelines.Record) (int, error) {
	f.note("polled")
	return len(dst), f.err
}

func (f fakeSource) Commit(context.Context, int64) error {
	f.note("committed")
	return f.err
}
func (f fakeSource) Lag() int64 { return 42 }

func (f fakeGroup) Run(_ context.Context, serve pipelines.Serve) error {
	f.note("joined")
	err := serve(f.ended, pipelines.Partition{}, f.source)
	f.note("left")
	return err
}

// play does everything once with the decorators of p.
func (s *script) play(t *testing.T, p Points) {
	t.Helper()
	ctx := t.Context()
	_ = p.Publisher(fakeTopic{s}).Publish(ctx, "", nil)
	revoked, revoke := context.WithCancelCause(ctx)
	group := p.Group(fakeGroup{script: s, source: fakeSource{s}, ended: revoked})
	err := group.Run(ctx, func(ctx context.Context, _ pipelines.Partition, src pipelines.Source) error {
		s.note("serving")
		if _, err := src.Poll(ctx, make([]pipelines.Record, 1)); !errors.Is(err, s.err) {
			t.Errorf("polling: %v", err)
		}
		_ = p.Sink(fakeSink{s}).Write(ctx, nil, nil)
		obs := p.Observer(fakeObserver{s})
		obs.Wrote(pipelines.Partition{}, pipelines.Attempt{Err: s.err})
		_ = p.DeadLetters(fakeDead{s}).Publish(ctx, nil)
		if s.err == nil {
			obs.Settled(pipelines.Partition{}, pipelines.Stored, "", 1)
		}
		obs.Noted(pipelines.Partition{}, pipelines.Event{})
		_ = src.Commit(ctx, 1)
		if src.Lag() != 42 {
			t.Errorf("a lag of %d", src.Lag())
		}
		revoke(pipelines.ErrRevoked)
		<-ctx.Done()
		if !errors.Is(context.Cause(ctx), pipelines.ErrRevoked) {
			t.Errorf("the lane ends for %v", context.Cause(ctx))
		}
		s.note("draining")
		obs.Settled(pipelines.Partition{}, pipelines.Unsettled, "", 1)
		return s.err
	})
	if !errors.Is(err, s.err) {
		t.Errorf("the group ended with %v", err)
	}
}

// Each point is exactly where it says: between the step before it and the step behind it.
func TestEachPointIsWhereItSays(t *testing.T) {
	whole := []string{
		"published", "joined", "serving", "polled", "written", "wrote", "buried", "stored", "noted", "committed", "draining", "unsettled", "left",
	}
	for name, between := range map[Name][2]string{
		GatewayBeforePublish: {"", "published"}, GatewayAfterPublish: {"published", "joined"},
		SourceAssigned: {"joined", "serving"}, SourceAfterPoll: {"polled", "written"},
		SinkBeforeWrite: {"polled", "written"}, SinkAfterWrite: {"written", "wrote"},
		SettleBefore: {"wrote", "buried"}, DeadBeforePublish: {"wrote", "buried"}, DeadAfterPublish: {"buried", "stored"},
		SettleAfter: {"stored", "noted"}, CommitBefore: {"noted", "committed"}, CommitAfter: {"committed", "draining"},
		DrainBegin: {"committed", "draining"}, DrainEnd: {"unsettled", "left"},
	} {
		t.Run(string(name), func(t *testing.T) {
			s := &script{}
			s.play(t, s.armed(t, name))
			at := slices.Index(s.done, "†")
			if at < 0 {
				t.Fatalf("nobody died: %v", s.done)
			}
			before := ""
			if at > 0 {
				before = s.done[at-1]
			}
			if before != between[0] || s.done[at+1] != between[1] {
				t.Errorf("died between %s and %s, want %v", before, s.done[at+1], between)
			}
			if rest := slices.Delete(slices.Clone(s.done), at, at+1); !slices.Equal(rest, whole) {
				t.Errorf("did %v, want %v", rest, whole)
			}
		})
	}
}

// What says that something is done is not hit when it failed.
func TestAFailureIsNoStepDone(t *testing.T) {
	for _, name := range []Name{GatewayAfterPublish, SinkAfterWrite, SettleBefore, DeadAfterPublish, SettleAfter, CommitAfter} {
		s := &script{err: errAway}
		s.play(t, s.armed(t, name))
		if slices.Contains(s.done, "†") {
			t.Errorf("%s: %v", name, s.done)
		}
	}
}

// Without an armed point of its own nothing is decorated at all.
func TestWhatIsNotArmedIsNotThere(t *testing.T) {
	s := &script{}
	nothing, err := New("", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]Points{"zero": {}, "nothing": nothing} {
		same(t, name, p.Publisher(fakeTopic{s}), fakeTopic{s})
		same(t, name, p.Sink(fakeSink{s}), fakeSink{s})
		same(t, name, p.DeadLetters(fakeDead{s}), fakeDead{s})
		same(t, name, p.Observer(fakeObserver{s}), fakeObserver{s})
		same(t, name, p.Group(fakeGroup{script: s}), fakeGroup{script: s})
	}
	same(t, "another's", s.armed(t, CommitAfter).Sink(fakeSink{s}), fakeSink{s})
}

func same(t *testing.T, name string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %T became %T", name, want, got)
	}
}
