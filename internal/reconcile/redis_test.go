package reconcile

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"sluice/internal/stacktest"
	"sluice/schemas"
	"sluice/schemas/rules"
	"sluice/sinks/embedded"
	"sluice/sinks/redis"
)

const redisBuckets = 16

// newRedisWorld makes a world with a store in Redis, whose keys begin with prefix.
func newRedisWorld(t *testing.T, prefix string) *world {
	t.Helper()
	by := rules.Default()
	l, err := redis.New(redis.Config{
		Addrs: []string{stacktest.Redis(t)}, KeyPrefix: prefix, Buckets: redisBuckets, Rules: by, Now: func() time.Time { return noon },
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, levels: l, rules: by, orders: map[int64]schemas.Order{}}
	w.born(1)
	return w
}

// vandal changes keys behind the store's back.
type vandal struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
	keys schemas.RedisKeys
}

func newVandal(t *testing.T, prefix string) *vandal {
	t.Helper()
	conn, err := net.DialTimeout("tcp", stacktest.Redis(t), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := schemas.NewRedisKeys(prefix)
	if err != nil {
		t.Fatal(err)
	}
	v := &vandal{t: t, conn: conn, in: bufio.NewReader(conn), keys: keys}
	t.Cleanup(func() {
		v.forget()
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	return v
}

// do sends one command and returns its answer, "" for none.
func (v *vandal) do(args ...string) string {
	v.t.Helper()
	var command strings.Builder
	fmt.Fprintf(&command, "*%d\r\n", len(args))
	for _, arg := range args {
		fmt.Fprintf(&command, "$%d\r\n%s\r\n", len(arg), arg)
	}
	if _, err := io.WriteString(v.conn, command.String()); err != nil {
		v.t.Fatal(err)
	}
	line, err := v.in.ReadString('\n')
	if err != nil || line[0] == '-' {
		v.t.Fatalf("%s: %q, %v", args[0], line, err)
	}
	size, err := strconv.Atoi(strings.TrimSpace(line[1:]))
	if line[0] != '$' || err != nil || size < 0 {
		return strings.TrimSpace(line[1:])
	}
	bulk := make([]byte, size+len("\r\n"))
	if _, err := io.ReadFull(v.in, bulk); err != nil {
		v.t.Fatal(err)
	}
	return string(bulk[:size])
}

// must is do for a command that has to change one thing.
func (v *vandal) must(args ...string) {
	v.t.Helper()
	if got := v.do(args...); got != "1" {
		v.t.Fatalf("%q changed %s", args, got)
	}
}

// forget takes all keys away, as a server that was flushed.
func (v *vandal) forget() {
	v.t.Helper()
	v.do("EVAL", "local n = 0 for _, k in ipairs(redis.call('KEYS', ARGV[1])) do n = n + redis.call('DEL', k) end return n", "0", v.keys.Layout()[:len(v.keys.Layout())-len("layout")]+"*")
}

func (v *vandal) of(member string) schemas.BucketKeys {
	return v.keys.Bucket(schemas.Bucket([]byte(member), redisBuckets))
}

const (
	november = schemas.Month(202611)
	october  = schemas.Month(202610)
)

func idText(id int64) string { return strconv.FormatInt(id, 10) }

// An order rests as 12 bytes: id, and second of its month; those of the newest month at the end of the member's state.
func idBytes(id int64) string { return string(binary.LittleEndian.AppendUint64(nil, uint64(id))) }

const (
	secondBytes = "\x05\x00\x00\x00"
	recordSize  = 12
)

// lose takes an order out of a member's state.
func (v *vandal) lose(member string, id int64) {
	v.t.Helper()
	state := v.do("HGET", v.of(member).Members(), member)
	at := strings.Index(state, idBytes(id))
	if at < 0 {
		v.t.Fatalf("%s has no order %d: %q", member, id, state)
	}
	v.do("HSET", v.of(member).Members(), member, state[:at]+state[at+recordSize:])
}

// vandalism is a kind of drift, and how keys come to have it.
func vandalism() map[Kind]func(v *vandal, w *world, member string) {
	return map[Kind]func(v *vandal, w *world, member string){
		Missing: func(v *vandal, w *world, m string) {
			v.lose(m, w.last(m, november))
		},
		Extra: func(v *vandal, w *world, m string) {
			w.id++
			state := v.do("HGET", v.of(m).Members(), m)
			v.do("HSET", v.of(m).Members(), m, state+idBytes(w.id)+secondBytes)
		},
		WrongMonth: func(v *vandal, w *world, m string) {
			id := w.last(m, november)
			v.lose(m, id)
			v.must("HSET", v.of(m).Orders(m, october), idBytes(id), secondBytes)
		},
		NoTombstone: func(v *vandal, w *world, m string) {
			v.must("SREM", v.of(m).Voids(m, november), idText(w.lastVoid(m)))
		},
		WrongLevel: func(v *vandal, _ *world, m string) {
			state := v.do("HGET", v.of(m).Members(), m)
			if !strings.Contains(state, "silver") {
				v.t.Fatalf("%s is not silver: %q", m, state)
			}
			v.do("HSET", v.of(m).Members(), m, strings.Replace(state, "silver", "bronze", 1))
		},
		LostChange: func(v *vandal, _ *world, m string) {
			if len(m)%2 == 0 {
				v.do("RPOP", v.of(m).History(m))
				return
			}
			v.must("ZREM", v.of(m).Due(), m)
		},
	}
}

// last is the last order of a member that counts in a month.
func (w *world) last(member string, month schemas.Month) (id int64) {
	for i := range w.orders {
		if o := w.orders[i]; o.MemberID == member && o.Type == "completed" && w.rules.Month(o.CompletedAt) == month {
			id = max(id, o.OrderID)
		}
	}
	return id
}

func (w *world) lastVoid(member string) (id int64) {
	for i := range w.orders {
		if o := w.orders[i]; o.MemberID == member && o.RefundedAt != 0 {
			id = max(id, o.OrderID)
		}
	}
	return id
}

// Each of the kinds is planted in four members of a Redis that is compared with a real order index: all are found and named
// for what they are, mended, and not there any more. Before and behind them there is no drift.
func TestWhatWasPlantedInRedisIsFoundAndMended(t *testing.T) {
	prefix := fmt.Sprintf("reconcile-%d:", time.Now().UnixNano())
	w, v := newRedisWorld(t, prefix), newVandal(t, prefix)
	w.books = newBooks(t)
	const members = 200
	for i := range members {
		member := fmt.Sprint("M", i)
		for range 6 {
			w.order(member, 0)
		}
		w.order(member, month)
		w.event(member, w.order(member, 0), schemas.OrderRefunded, noon)
	}
	if r := w.run(Job{Repair: true}); !r.Clean() || r.Drifts+r.Differing+r.InFlight != 0 || r.Members != members || r.Known != 7*members {
		t.Fatalf("before: %+v, %v", r, w.drifts)
	}
	planted := map[string]Kind{}
	for kind, plant := range vandalism() {
		for range 4 {
			member := fmt.Sprint("M", 7*len(planted)+1)
			plant(v, w, member)
			planted[member] = kind
		}
	}
	found := 0
	for _, c := range []struct {
		job  Job
		left int
	}{{Job{}, len(planted)}, {Job{Repair: true}, 0}} {
		r := w.run(c.job)
		kinds := map[string]Kind{}
		for _, d := range w.drifts {
			kinds[d.Member] = d.Kind
		}
		found = 0
		for member, kind := range planted {
			if kinds[member] != kind {
				t.Errorf("%s of %s was found as %q", kind, member, kinds[member])
				continue
			}
			found++
		}
		if r.Drifts != len(planted) || r.Left() != c.left {
			t.Errorf("%+v: %+v, %v", c.job, r, w.drifts)
		}
	}
	if r := w.run(Job{}); !r.Clean() || r.Drifts+r.Differing != 0 {
		t.Errorf("after: %+v, %v", r, w.drifts)
	}
	for member, kind := range planted {
		w.mended(member, kind)
	}
	t.Logf("found and mended %d of %d", found, len(planted))
}

// newBooks is an order index in SQLite.
func newBooks(t *testing.T) orderBooks {
	t.Helper()
	s, err := embedded.Open(embedded.Config{Dir: t.TempDir(), NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// mended wants a member to be as it was before what was planted, and a level that was wrong to be said once more.
func (w *world) mended(member string, kind Kind) {
	w.t.Helper()
	state, err := w.levels.Member(w.t.Context(), member)
	if err != nil || state.Announced != "silver" || state.Count(november) != 6 || state.Count(october) != 1 {
		w.t.Errorf("%s had %s: %+v, %v", member, kind, state, err)
	}
	if kind == WrongLevel || kind == LostChange {
		if last := state.History[len(state.History)-1]; last.Cause != schemas.CauseRepair || last.To != "silver" {
			w.t.Errorf("%s had %s: the last change is %+v", member, kind, last)
		}
	}
}

func TestAFlushedRedisIsRebuilt(t *testing.T) {
	prefix := fmt.Sprintf("reconcile-%d:", time.Now().UnixNano())
	w, v := newRedisWorld(t, prefix), newVandal(t, prefix)
	w.people(200)
	before := w.run(Job{})
	v.forget()
	if r := w.run(Job{Repair: true}); r.Recovering != redisBuckets || r.Clean() {
		t.Fatalf("unborn: %+v", r)
	}
	w.born(2)
	r := w.run(Job{Repair: true})
	if !r.Clean() || r.Held != before.Held || r.Rebuilt < before.Held {
		t.Errorf("rebuilt: %+v, before %+v, %v", r, before, w.drifts)
	}
	if r := w.run(Job{}); !r.Clean() || r.Rebuilt != 0 {
		t.Errorf("after it: %+v", r)
	}
}
