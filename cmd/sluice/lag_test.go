package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/progress"
	"sluice/schemas"
)

// pacedKafka settles and produces at fixed rates in two partitions, since it began.
type pacedKafka struct {
	began             time.Time
	settled, produced int64 // per second and partition
	backlog           int64 // of each partition at the beginning
	fails             int   // so many answers from now on are errors
}

func (k *pacedKafka) Offsets(context.Context, progress.Source) ([]progress.Offsets, error) {
	if k.fails > 0 {
		k.fails--
		return nil, errors.New("no broker")
	}
	s := int64(time.Since(k.began) / time.Second)
	end := k.backlog + k.produced*s
	return []progress.Offsets{
		{Partition: 0, Committed: min(k.settled*s, end), End: end},
		{Partition: 1, Committed: min(k.settled*s, end+5), End: end + 5},
	}, nil
}

func (k *pacedKafka) Written(context.Context, progress.Source, int32, int64) (time.Time, error) {
	return k.began.Add(-90 * time.Second), nil
}

// lagOf runs the command's second half for a while.
func lagOf(t *testing.T, c *lagCmd, k *pacedKafka, within time.Duration) (stdout, stderr string, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), within)
		defer cancel()
		k.began = time.Now()
		w := newLagWatch([]progress.Source{{Pipeline: "gps-live", Group: "g", Topic: "driver.pings"}}, k)
		if c.Interval > 0 {
			if err = w.begin(ctx); err != nil {
				return
			}
		}
		var out, errs bytes.Buffer
		err = c.follow(ctx, &process{stdout: &out, stderr: &errs}, w)
		stdout, stderr = out.String(), errs.String()
	})
	return stdout, stderr, err
}

func TestLag(t *testing.T) {
	const head = "pipeline  partition  committed        end        lag  settled/s  produced/s  oldest  drained in\n"
	cases := map[string]struct {
		cmd  lagCmd
		k    pacedKafka
		want string
	}{
		"catching up": {
			lagCmd{Interval: 2 * time.Second, Max: -1},
			pacedKafka{settled: 2000, produced: 500, backlog: 1_000_000},
			head + "gps-live          1      4,000  1,001,005    997,005      2,000         500   1m32s       11m5s\n" +
				"gps-live      all 2                        1,994,005      4,000       1,000   1m32s       11m5s\n",
		},
		"falling behind, every partition": {
			lagCmd{Interval: 4 * time.Second, Max: -1, Partitions: true},
			pacedKafka{settled: 250, produced: 500, backlog: 1000},
			"pipeline  partition  committed    end    lag  settled/s  produced/s  oldest  drained in\n" +
				"gps-live          0      1,000  3,000  2,000        250         500   1m34s       never\n" +
				"gps-live          1      1,000  3,005  2,005        250         500   1m34s       never\n" +
				"gps-live      all 2                    4,005        500       1,000   1m34s       never\n",
		},
		"one sample": {
			lagCmd{Max: -1},
			pacedKafka{backlog: 10},
			"pipeline  partition  committed  end  lag  settled/s  produced/s  oldest  drained in\n" +
				"gps-live          1          0   15   15          -           -   1m30s           -\n" +
				"gps-live      all 2                   25          -           -   1m30s           -\n",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, _, err := lagOf(t, &c.cmd, &c.k, time.Hour)
			if err != nil || got != c.want {
				t.Errorf("%v\n%s\nnot\n%s", err, got, c.want)
			}
		})
	}
}

// What waits to be published has a row of its own, also while nobody can tell.
func TestLagShowsTheRelay(t *testing.T) {
	for name, c := range map[string]struct {
		relay lagRelay
		row   string
		json  string
		found bool // by --max-age 1m
	}{
		"nothing waits": {lagRelay{}, "relay 0 waiting none", `"relay":{"waitingBuckets":0,"oldestMs":0}`, false},
		"late":          {lagRelay{outboxLag: outboxLag{3, 90 * time.Second}}, "relay 3 waiting 1m30s", `"relay":{"waitingBuckets":3,"oldestMs":90000}`, true},
		"not known":     {lagRelay{unknown: schemas.ErrUnavailable}, "relay - -", `"relay":null`, false},
	} {
		t.Run(name, func(t *testing.T) {
			seen := lagSeen{relay: &c.relay}
			var table, asJSON bytes.Buffer
			if err := errors.Join((&lagPrinter{w: &table}).print(seen), (&lagPrinter{w: &asJSON, asJSON: true}).print(seen)); err != nil {
				t.Fatal(err)
			}
			if _, row, _ := strings.Cut(table.String(), "\n"); strings.Join(strings.Fields(row), " ") != c.row {
				t.Errorf("the row is %q", row)
			}
			if !strings.Contains(asJSON.String(), c.json) {
				t.Errorf("no %s in %s", c.json, asJSON.String())
			}
			if err := (&lagCmd{Max: -1, MaxAge: time.Minute}).judge(seen); errors.Is(err, errFound) != c.found {
				t.Errorf("--max-age 1m: %v", err)
			}
		})
	}
}

func TestLagFinds(t *testing.T) {
	k := pacedKafka{settled: 100, produced: 100, backlog: 500}
	cases := map[string]struct {
		cmd  lagCmd
		want string // "" = nothing is found
	}{
		"within both":    {lagCmd{Max: 1005, MaxAge: 2 * time.Minute}, ""},
		"off":            {lagCmd{Max: -1}, ""},
		"too many":       {lagCmd{Max: 1004}, "behind by 1005 records, more than 1004"},
		"too old":        {lagCmd{Max: -1, MaxAge: time.Minute}, "unsettled for 1m31s, longer than 1m0s"},
		"while watching": {lagCmd{Max: 1, Watch: true}, "more than 1"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			c.cmd.Interval = time.Second
			_, _, err := lagOf(t, &c.cmd, &k, time.Minute)
			if (err == nil) != (c.want == "") || (err != nil && (!errors.Is(err, errFound) || !strings.Contains(err.Error(), c.want))) {
				t.Errorf("%v, not %q", err, c.want)
			}
		})
	}
}

func TestLagWatches(t *testing.T) {
	k := pacedKafka{settled: 200, produced: 100, backlog: 5000}
	out, _, err := lagOf(t, &lagCmd{Interval: time.Second, Max: -1, Watch: true, JSON: true}, &k, 30500*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 30 {
		t.Fatalf("%d samples", len(lines))
	}
	for i, line := range lines {
		var said lagJSON
		if err := json.Unmarshal([]byte(line), &said); err != nil {
			t.Fatal(err)
		}
		p := said.Pipelines[0]
		if want := int64(10_005 - 200*(i+1)); p.Lag != want || *p.RatePerSecond != 400 || *p.ProducedPerSecond != 200 {
			t.Errorf("sample %d: %s", i, line)
		}
		if *p.TimeToDrainMS != p.Lag*1000/200 {
			t.Errorf("drained in %d ms: %s", *p.TimeToDrainMS, line)
		}
	}
}

// TestLagWatchesOn: what goes wrong between two samples does not end the watching; at the beginning it does.
func TestLagWatchesOn(t *testing.T) {
	k := pacedKafka{backlog: 5, fails: 1}
	if _, _, err := lagOf(t, &lagCmd{Interval: time.Second, Watch: true}, &k, time.Minute); err == nil {
		t.Error("Kafka was away at the beginning, and nobody was told")
	}
	c := &lagCmd{Max: -1, Watch: true}
	c.Interval = time.Second
	out, errs, err := "", "", error(nil)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5500*time.Millisecond)
		defer cancel()
		k.began = time.Now()
		w := newLagWatch([]progress.Source{{Pipeline: "gps-live"}}, &k)
		if err = w.begin(ctx); err != nil {
			return
		}
		k.fails = 2
		var stdout, stderr bytes.Buffer
		err = c.follow(ctx, &process{stdout: &stdout, stderr: &stderr}, w)
		out, errs = stdout.String(), stderr.String()
	})
	if err != nil || strings.Count(out, "all 2") != 3 || strings.Count(errs, "no broker") != 2 {
		t.Errorf("%v\n%s\n%s", err, out, errs)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1: "-1", -1000: "-1,000", -123456: "-123,456"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is %s, not %s", n, got, want)
		}
	}
}

func TestLagFlags(t *testing.T) {
	for _, args := range [][]string{
		{"--interval", "1ms"},
		{"--interval", "-1s"},
		{"--watch", "--interval", "0"},
		{"--max-age", "-1s"},
		{"--pipelines", "gps"},
	} {
		if code, _, stderr := execute(t, nil, append([]string{"lag"}, args...)...); code != exitUsage {
			t.Errorf("%s: exit code %d: %s", fmt.Sprint(args), code, stderr)
		}
	}
}
