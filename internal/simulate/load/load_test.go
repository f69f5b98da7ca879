package load

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/plan"
)

func TestEveryRecordIsSentAndNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		s, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		poison, dead, disordered := 0, 0, 0
		for n := range b.cfg.Plan.Records {
			want := 1
			if b.gateway.author.Disordered(n) {
				disordered++
			}
			switch kind := b.gateway.author.Kind(n); {
			case kind == plan.Refused:
				poison, want = poison+1, 0
			case kind == plan.Dead:
				dead, want = dead+1, 0
			case b.gateway.author.Doubled(n):
				want = 2
			}
			if got := b.gateway.known[n]; got != want {
				t.Errorf("record %d was accepted %d times, want %d", n, got, want)
			}
		}
		if blocks := b.gateway.author.Blocks(); int64(len(b.book.outcomes)) != blocks || b.book.issued < blocks {
			t.Errorf("%d outcomes, issued %d, of %d blocks", len(b.book.outcomes), b.book.issued, blocks)
		}
		if s.Refused != int64(poison) || s.TopicPoison != int64(dead) || b.topic.values != dead || s.Doubtful+s.Skipped+s.Retries != 0 || s.Due != s.Planned {
			t.Errorf("%+v, want %d refused and %d on the topic, %d are", s, poison, dead, b.topic.values)
		}
		if disordered == 0 || s.Disordered != int64(disordered) {
			t.Errorf("%d were out of order, want %d", s.Disordered, disordered)
		}
		if s.Latency.Max > 51 || s.Latency.P50 > 30 || s.Latency.P50 < 20 {
			t.Errorf("a gateway that takes no time: %+v, want what a block of 50 ms waits to be full", s.Latency)
		}
	})
}

// A gateway that stands still for two seconds is charged for all that was due meanwhile, not
// for the few requests that happened to be under way.
func TestWaitingIsCharged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.cfg.Plan.Shares = plan.Shares{}
		b.gateway.took = func(request int) (time.Duration, error) {
			if begun := time.Since(time.UnixMilli(b.cfg.Plan.Start)); begun > 4*time.Second && begun < 6*time.Second {
				return 6*time.Second - begun, nil
			}
			return 0, nil
		}
		s, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if s.Latency.Max < 1900 || s.Latency.P99 < 1800 || s.Acked != 10_000 {
			t.Errorf("%+v: 2 s of 10 stood still, so 1 %% waited 1.9 s and more", s)
		}
	})
}

func TestABacklogOverItsLimitIsSkippedAndSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.cfg.Backlog, b.cfg.Plan.Shares = 500, plan.Shares{}
		b.gateway.took = func(int) (time.Duration, error) { return time.Second, nil }
		s, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		// 4 connections carry 200 records a second of the 1000 that are due.
		if s.Skipped < 7000 || s.Skipped > 8000 || s.Acked+s.Skipped != 10_000 || s.Due != 10_000 {
			t.Errorf("%+v", s)
		}
		if n := b.states(); int64(n[ledger.Skipped])*50 != s.Skipped || len(b.book.outcomes) != 200 {
			t.Errorf("%v in the ledger, %d skipped", n, s.Skipped)
		}
		if s.Seconds > 13.5 {
			t.Errorf("the load took %.1f s: it waited for answers", s.Seconds)
		}
	})
}

func TestWhatIsUnansweredIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.topic.err, b.cfg.GiveUp = errors.New("away"), time.Minute
		b.gateway.took = func(request int) (time.Duration, error) {
			switch request % 4 {
			case 0:
				return 0, &Busy{Status: 503, After: time.Second, Err: errors.New("away")}
			case 1:
				return 0, &Busy{Status: 429, Err: errors.New("quota")}
			case 2:
				return 0, &Busy{Err: errors.New("reset")}
			}
			return 0, nil
		}
		s, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		tries := int64(0)
		for _, o := range b.book.outcomes {
			tries += o.Tries
		}
		if s.Doubtful != 0 || s.Status503 == 0 || s.Status429 == 0 || s.Unanswered == 0 || s.Retries == 0 || tries != int64(b.gateway.posts) {
			t.Errorf("%+v; %d tries noted, %d made", s, tries, b.gateway.posts)
		}
	})
}

func TestGivingUpLeavesDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.cfg.Plan.Records, b.cfg.GiveUp, b.cfg.Plan.Shares = 200, 2*time.Second, plan.Shares{}
		b.gateway.took = func(int) (time.Duration, error) { return 0, &Busy{Err: errors.New("reset")} }
		s, err := b.run(t.Context())
		if err != nil || s.Doubtful != 200 || s.Acked != 0 || b.states()[ledger.Doubt] != 4 || s.LastError != "reset" {
			t.Errorf("%+v, %v, %v", s, b.states(), err)
		}
	})
}

func TestInterruptedItSaysWhatWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.gateway.took = func(request int) (time.Duration, error) {
			if request == 70 {
				return time.Hour, nil // one answer never comes
			}
			return 0, nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		begin := time.Now()
		s, err := b.run(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > 7*time.Second {
			t.Fatalf("%v after %s", err, time.Since(begin))
		}
		n := b.states()
		if s.Due >= s.Planned || s.Acked == 0 || n[ledger.Doubt] != 1 || n[ledger.Answered] < 80 {
			t.Errorf("%+v %v", s, n)
		}
	})
}

func TestAnErrorOfTheLedgerEndsTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		full := errors.New("no space left")
		time.AfterFunc(3*time.Second, func() {
			b.book.mu.Lock()
			defer b.book.mu.Unlock()
			b.book.err = full
		})
		begin := time.Now()
		if _, err := b.run(t.Context()); !errors.Is(err, full) || time.Since(begin) > 5*time.Second {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
	})
}

func TestAGatewayThatRefusesUsEndsTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		unknown := errors.New("401")
		b.gateway.took = func(request int) (time.Duration, error) {
			if request == 20 {
				return 0, unknown
			}
			return 0, nil
		}
		s, err := b.run(t.Context())
		if !errors.Is(err, unknown) || s.Due == s.Planned {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

func TestNoRequestWaitsForADiskThatIsFastEnough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.cfg.Plan.Shares, b.cfg.Plan.Start = plan.Shares{}, time.Now().Add(time.Second).UnixMilli()
		b.book.slow = 300 * time.Millisecond
		s, err := b.run(t.Context())
		if err != nil || s.Latency.Max > 51 {
			t.Errorf("%+v, %v", s.Latency, err)
		}
	})
}

func TestConfigsThatCannotBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, spoil := range map[string]func(*Config){
			"workers": func(c *Config) { c.Workers = 0 }, "backlog": func(c *Config) { c.Backlog = 0 },
			"giveUp": func(c *Config) { c.GiveUp = 0 }, "plan": func(c *Config) { c.Plan.Rate = 0 },
		} {
			b := newBench(t)
			spoil(&b.cfg)
			if _, err := b.run(t.Context()); err == nil {
				t.Errorf("%s: accepted", name)
			}
		}
	})
}
