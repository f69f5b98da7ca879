package levels

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// feed gives prepared batches; what is not settled comes again after a crash.
type feed struct {
	batches [][]Record
	at      int
	fail    func(step string) error
	end     context.CancelFunc
}

func (f *feed) Fetch(ctx context.Context) ([]Record, error) {
	if err := f.fail("fetch"); err != nil {
		return nil, err
	}
	if f.at == len(f.batches) {
		f.end()
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	return f.batches[f.at], nil
}

func (f *feed) Settle(context.Context, []Record) error {
	if err := f.fail("settle"); err != nil {
		return err
	}
	f.at++
	return nil
}

func value(member string, s Stamp) []byte {
	text, err := json.Marshal(Change{
		MemberID: member, From: "bronze", To: "silver", Cause: "orders", Period: "2026-11", Orders: 5,
		Epoch: s.Epoch, Version: s.Version, At: 1_790_000_000_000, Ruleset: "r",
	})
	if err != nil {
		panic(err)
	}
	return text
}

// Whatever order changes come in, however often, and whatever fails between the steps: the last one that is acted on is the
// greatest, nothing older is acted on behind something newer, and without a crash nothing twice.
func TestTheGreatestStampWinsUnderAnyOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		stamps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Stamp {
			return Stamp{Epoch: rapid.Int64Range(1, 3).Draw(t, "epoch"), Version: rapid.Int64Range(1, 5).Draw(t, "version")}
		}), 1, 30).Draw(rt, "stamps")
		faults := rapid.SliceOfN(rapid.IntRange(0, 3), 200, 200).Draw(rt, "faults")
		f := &feed{}
		for cut := range slices.Chunk(stamps, 4) {
			var batch []Record
			for _, s := range cut {
				batch = append(batch, Record{Value: value("M", s)})
			}
			f.batches = append(f.batches, batch)
		}
		var acted []Stamp
		synctest.Test(t, func(*testing.T) { acted = follow(f, faults) })
		if want := slices.MaxFunc(stamps, compare); len(acted) == 0 || acted[len(acted)-1] != want {
			rt.Fatalf("acted on %v, the greatest is %v", acted, want)
		}
		for i := 1; i < len(acted); i++ {
			if !acted[i].After(acted[i-1]) {
				rt.Fatalf("acted on %v behind %v", acted[i], acted[i-1])
			}
		}
	})
}

func compare(a, b Stamp) int {
	switch {
	case a.After(b):
		return 1
	case b.After(a):
		return -1
	}
	return 0
}

// follow runs a follower to the end of its feed. An act that fails has done nothing.
func follow(f *feed, faults []int) (acted []Stamp) {
	step := 0
	fail := func(string) error {
		step++
		if step < len(faults) && faults[step] == 0 {
			return errors.New("away")
		}
		return nil
	}
	f.fail = fail
	ctx, end := context.WithCancel(context.Background())
	f.end = end
	follower, err := New(f, NewMemory(10), func(_ context.Context, c *Change) error {
		if err := fail("act"); err != nil {
			return err
		}
		acted = append(acted, StampOf(c))
		return nil
	}, Told{}, Wait{})
	if err != nil {
		panic(err)
	}
	if err := follower.Run(ctx); err != nil {
		panic(err)
	}
	return acted
}

func TestWhatCannotBeReadOrKeptIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &feed{fail: func(string) error { return nil }, batches: [][]Record{{
			{Value: []byte("no JSON")}, {Value: value("M1", Stamp{1, 1})}, {Value: value("M1", Stamp{1, 1})}, {Value: value("M2", Stamp{1, 1})},
		}}}
		ctx, end := context.WithCancel(t.Context())
		f.end = end
		var heard []string
		follower, err := New(f, NewMemory(1), func(context.Context, *Change) error { return nil }, Told{
			Passed:     func(c *Change) { heard = append(heard, "passed "+c.MemberID) },
			Unreadable: func(Record, error) { heard = append(heard, "unreadable") },
			Failed: func(err error) {
				heard = append(heard, fmt.Sprint("full ", errors.Is(err, ErrFull)))
				if len(heard) == 5 {
					end()
				}
			},
		}, Wait{First: time.Second, Longest: 2 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := follower.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(heard, ", "); got != "unreadable, passed M1, full true, full true, full true" {
			t.Error(got)
		}
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("it waited %v between three attempts, want 1 s and 2 s", took)
		}
		if f.at != 0 {
			t.Error("what was not dealt with is settled")
		}
	})
}

func TestSignatures(t *testing.T) {
	body, secret, old := []byte(`{"memberId":"M1"}`), []byte("a secret of 32 bytes, or so it is"), []byte("the one before")
	at := time.Unix(1_790_000_000, 0)
	header := Sign(body, at, secret, old)
	for name, c := range map[string]struct {
		header string
		body   string
		secret []byte
		now    time.Time
		want   error
	}{
		"right":               {header, string(body), secret, at, nil},
		"the secret before":   {header, string(body), old, at.Add(time.Minute), nil},
		"a clock behind":      {header, string(body), secret, at.Add(-time.Minute), nil},
		"another body":        {header, `{"memberId":"M2"}`, secret, at, ErrForged},
		"another secret":      {header, string(body), []byte("guess"), at, ErrForged},
		"another time":        {strings.Replace(header, "t=1", "t=2", 1), string(body), secret, at, ErrForged},
		"recorded":            {header, string(body), secret, at.Add(6 * time.Minute), ErrTooOld},
		"from the future":     {header, string(body), secret, at.Add(-6 * time.Minute), ErrTooOld},
		"none":                {"", string(body), secret, at, ErrUnsigned},
		"no time":             {"v1=00", string(body), secret, at, ErrUnsigned},
		"no signature":        {"t=1790000000", string(body), secret, at, ErrUnsigned},
		"nonsense":            {"t=1790000000,v1=xyz", string(body), secret, at, ErrForged},
		"no secret":           {Sign(body, at, nil), string(body), nil, at, ErrUnsigned},
		"too many to look at": {"t=1790000000,v1=00,v1=00,v1=00,v1=00," + strings.Split(header, ",")[1], string(body), secret, at, ErrForged},
	} {
		if err := Verify(c.header, []byte(c.body), c.secret, c.now, 5*time.Minute); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	// What anybody can compute with `openssl dgst -sha256 -hmac`.
	if got := Sign([]byte("{}"), time.Unix(1, 0), []byte("key")); got != "t=1,v1=1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224" {
		t.Errorf("got %s", got)
	}
}
