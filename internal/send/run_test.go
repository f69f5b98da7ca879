package send_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/zstd"

	"sluice/internal/send"
)

// recorder is a Poster that keeps what it gets, and when.
type recorder struct {
	mu    sync.Mutex
	lines []string
	at    []time.Time
	sizes []int
	fail  func(n int) error // of the n-th request, from 1
	posts int
}

func (r *recorder) Post(_ context.Context, b *send.Batch) (send.Answer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.posts++
	if r.fail != nil {
		if err := r.fail(r.posts); err != nil {
			return send.Answer{}, err
		}
	}
	r.sizes = append(r.sizes, b.Len())
	for i := range b.Len() {
		r.lines = append(r.lines, string(b.Line(i)))
		r.at = append(r.at, time.Now())
	}
	return send.Answer{Accepted: int64(b.Len())}, nil
}

type silent struct{}

func (silent) Bytes(int)   {}
func (silent) Records(int) {}
func (silent) Total(int)   {}

func ndjson(stamps ...int64) send.Config {
	var b strings.Builder
	for i, ts := range stamps {
		fmt.Fprintf(&b, `{"driverId":"D%d","ts":%d}`+"\n", i, ts)
	}
	return send.Config{
		Files: []string{"-"}, Input: send.Input{Format: "ndjson", Stdin: strings.NewReader(b.String())},
		Records: 2, Connections: 1, GiveUp: time.Minute, HoldBytes: 1 << 20,
	}
}

func TestEverythingIsSentInOrderAndBatches(t *testing.T) {
	var r recorder
	sum, err := send.Run(t.Context(), ndjson(5, 4, 3, 2, 1), &r, silent{})
	if err != nil || sum.Read != 5 || sum.Accepted != 5 || sum.Unsent != 0 {
		t.Fatalf("%+v, %v", sum, err)
	}
	if fmt.Sprint(r.sizes) != "[2 2 1]" || r.lines[0] != `{"driverId":"D0","ts":5}` {
		t.Errorf("sizes %d, lines %q", r.sizes, r.lines)
	}
}

func TestShiftNowIsOneConstant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r recorder
		cfg := ndjson(1000, 9000, 4000)
		cfg.ShiftNow = true
		now := time.Now().UnixMilli()
		sum, err := send.Run(t.Context(), cfg, &r, silent{})
		if err != nil || sum.ShiftMS != now-9000 {
			t.Fatalf("%+v, %v", sum, err)
		}
		for i, want := range []int64{now - 8000, now, now - 5000} {
			if got := stampOf(t, r.lines[i]); got != want {
				t.Errorf("record %d: %d, want %d", i, got, want)
			}
		}
	})
}

func stampOf(t *testing.T, line string) int64 {
	t.Helper()
	var ping struct {
		TS int64 `json:"ts"`
	}
	if err := json.Unmarshal([]byte(line), &ping); err != nil {
		t.Fatal(err)
	}
	return ping.TS
}

func TestSpeedReplaysInEventTimeAndShiftMakesRecordsFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r recorder
		cfg := ndjson(61_000, 1000, 31_000)
		cfg.Speed, cfg.ShiftNow = 1, true
		start := time.Now()
		if _, err := send.Run(t.Context(), cfg, &r, silent{}); err != nil {
			t.Fatal(err)
		}
		if len(r.lines) != 3 || !strings.Contains(r.lines[0], `"D1"`) || !strings.Contains(r.lines[1], `"D2"`) {
			t.Fatalf("order %q", r.lines)
		}
		for i, due := range []time.Duration{0, 30 * time.Second, 60 * time.Second} {
			if late := r.at[i].Sub(start) - due; late < -time.Millisecond || late > 100*time.Millisecond {
				t.Errorf("record %d was sent %s beside its time", i, late)
			}
			if age := start.Add(due).UnixMilli() - stampOf(t, r.lines[i]); age != 0 {
				t.Errorf("record %d is %d ms old when it is due", i, age)
			}
		}
	})
}

func TestSpeedDividesTheWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r recorder
		cfg := ndjson(0, 600_000)
		cfg.Speed = 60
		start := time.Now()
		if _, err := send.Run(t.Context(), cfg, &r, silent{}); err != nil {
			t.Fatal(err)
		}
		if took := r.at[1].Sub(start); took < 10*time.Second-time.Millisecond || took > 10100*time.Millisecond {
			t.Errorf("the last record was sent after %s, want 10 s", took)
		}
	})
}

func TestBusyIsRetriedAsLongAsItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := recorder{fail: func(n int) error {
			if n <= 2 {
				return &send.Busy{After: 7 * time.Second, Err: errors.New("429")}
			}
			return nil
		}}
		start := time.Now()
		sum, err := send.Run(t.Context(), ndjson(1), &r, silent{})
		if err != nil || sum.Accepted != 1 || sum.Retries != 2 {
			t.Fatalf("%+v, %v", sum, err)
		}
		if took := time.Since(start); took != 14*time.Second {
			t.Errorf("waited %s, want 14 s", took)
		}
	})
}

func TestGivingUpIsAnErrorAndCountsTheUnsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := recorder{fail: func(n int) error {
			if n == 1 {
				return nil
			}
			return &send.Busy{Err: errors.New("no connection")}
		}}
		sum, err := send.Run(t.Context(), ndjson(1, 2, 3, 4, 5), &r, silent{})
		if err == nil || !strings.Contains(err.Error(), "no connection") {
			t.Fatalf("error %v", err)
		}
		if sum.Accepted != 2 || sum.Unsent != sum.Read-2 || sum.Unsent == 0 {
			t.Errorf("%+v", sum)
		}
	})
}

func TestHoldIsBounded(t *testing.T) {
	cfg := ndjson(1, 2, 3, 4)
	cfg.ShiftNow, cfg.HoldBytes = true, 200
	if _, err := send.Run(t.Context(), cfg, &recorder{}, silent{}); err == nil || !strings.Contains(err.Error(), "--hold") {
		t.Errorf("error %v", err)
	}
}

func TestCompressedFilesByExtension(t *testing.T) {
	var packed bytes.Buffer
	w, err := zstd.NewWriter(&packed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(austin)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "day.csv.zst")
	if err := os.WriteFile(name, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := ndjson()
	cfg.Files, cfg.Input.Format = []string{name}, ""
	var r recorder
	if sum, err := send.Run(t.Context(), cfg, &r, silent{}); err != nil || sum.Accepted != 2 {
		t.Errorf("%+v, %v", sum, err)
	}
}
