package fault

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
	"sluice/internal/resp"
	"sluice/internal/stacktest"
)

// fleetOf is servers of a test's own.
func fleetOf(t *testing.T, layout script.Layout) *stage.Fleet {
	t.Helper()
	stacktest.Redis(t) // the real server is wanted; these are started beside it
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	fleet, err := stage.OpenFleet(ctx, t.TempDir(), layout)
	t.Cleanup(func() {
		if err := fleet.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return fleet
}

// told gives a server a command.
func told(t *testing.T, address string, words ...string) any {
	t.Helper()
	answer, err := resp.Ask(t.Context(), address, words...)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestRedisIsEmptiedAndFilled(t *testing.T) {
	redis := fleetOf(t, script.Single).Servers(redisName)[0]
	empty := &flush{address: redis.Address()}
	if err := empty.Inject(t.Context()); err == nil || !strings.Contains(err.Error(), "does nothing") {
		t.Errorf("emptying what is empty: %v", err)
	}
	told(t, redis.Address(), "SET", "a", "1")
	injected(t, empty)
	healed(t, empty)
	if n := told(t, redis.Address(), "DBSIZE"); n != int64(0) || empty.Saw()["flushed"] != 1 {
		t.Errorf("%v keys are left, it saw %v", n, empty.Saw())
	}
	filled := &full{address: redis.Address()}
	injected(t, filled)
	if _, err := resp.Ask(t.Context(), redis.Address(), "SET", "a", "1"); err == nil || !strings.Contains(err.Error(), "OOM") {
		t.Errorf("writing to what is full: %v", err)
	}
	healed(t, filled)
	told(t, redis.Address(), "SET", "a", "1")
}

// What came within the time before a power cut is gone, what came before that is there.
func TestAPowerCutTakesTheEndOfTheLog(t *testing.T) {
	redis := fleetOf(t, script.Single).Servers(redisName)[0]
	told(t, redis.Address(), "SET", "before", "1")
	cut := &powerCut{redis: redis, start: redis.Start, loses: 500 * time.Millisecond, logs: filepath.Join(redis.Dir(), "appendonlydir", "*.incr.aof")}
	late := make(chan error, 1)
	time.AfterFunc(100*time.Millisecond, func() {
		_, err := resp.Ask(t.Context(), redis.Address(), "SET", "late", "1")
		late <- err
	})
	injected(t, cut)
	if err := <-late; err != nil || redis.Alive() {
		t.Fatalf("the late write: %v; the server lives: %t", err, redis.Alive())
	}
	healed(t, cut)
	if before, late := told(t, redis.Address(), "GET", "before"), told(t, redis.Address(), "GET", "late"); before != "1" || late != nil || cut.Saw()["cut-short"] < 10 {
		t.Errorf("before is %v, late is %v, it saw %v", before, late, cut.Saw())
	}
	if err := cut.Inject(t.Context()); err == nil || !strings.Contains(err.Error(), "does nothing") {
		t.Errorf("with nothing written: %v", err)
	}
}

func TestTheLogThatIsWrittenIsTheLast(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.9.incr.aof", "a.10.incr.aof", "a.10.base.rdb"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file, size, err := (&powerCut{logs: filepath.Join(dir, "*.incr.aof")}).last()
	if filepath.Base(file) != "a.10.incr.aof" || size != 13 || err != nil {
		t.Errorf("%s of %d bytes, %v", file, size, err)
	}
	if _, _, err := (&powerCut{logs: filepath.Join(dir, "*.log")}).last(); err == nil {
		t.Error("there is none")
	}
}

// A replica that heard nothing lacks what came meanwhile; one that took over from a frozen primary keeps what it has, and the
// old one forgets what it is told after it woke up.
func TestAReplicaBecomesThePrimary(t *testing.T) {
	fleet := fleetOf(t, script.Sentinel)
	over := &failover{behind: time.Second}
	for _, s := range fleet.Servers(redisName) {
		over.servers = append(over.servers, s)
	}
	for _, s := range fleet.Servers("sentinel") {
		over.sentinels = append(over.sentinels, s.Address())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for round, frozen := range []bool{false, true} {
		over.frozen = frozen
		if frozen {
			over.behind = 0
		}
		old, err := over.primary(ctx)
		if err != nil {
			t.Fatal(err)
		}
		key := []string{"first", "second"}[round]
		if over.behind > 0 {
			time.AfterFunc(300*time.Millisecond, func() { _, _ = resp.Ask(ctx, old.Address(), "SET", key, "1") })
		} else {
			told(t, old.Address(), "SET", key, "1")
			if n := told(t, old.Address(), "WAIT", "1", "4000"); n != int64(1) {
				t.Fatalf("%v replicas heard", n)
			}
		}
		if err := over.Inject(ctx); err != nil {
			t.Fatal(err)
		}
		now, err := over.primary(ctx)
		if err != nil || now == old {
			t.Fatalf("the primary is as before, %v", err)
		}
		if got := told(t, now.Address(), "GET", key); (got == "1") != frozen {
			t.Errorf("frozen %t: %s is %v", frozen, key, got)
		}
		if err := over.Heal(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := resp.Ask(ctx, old.Address(), "SET", key, "2"); err == nil || !strings.Contains(err.Error(), "READONLY") {
			t.Errorf("the old primary takes writes: %v", err)
		}
	}
	if saw := over.Saw(); saw["promoted"] != 2 || saw["missed"] < 10 {
		t.Errorf("it saw %v", saw)
	}
}

// Whatever was in the slots is there afterwards, elsewhere.
func TestSlotsMoveWithWhatTheyHold(t *testing.T) {
	move := &slotsMove{slots: 6, rest: time.Millisecond}
	for _, s := range fleetOf(t, script.Cluster).Servers(redisName) {
		move.nodes = append(move.nodes, s.Address())
	}
	tags := []string{"{a}", "{b}", "{c}", "{d}", "{e}", "{f}", "{g}", "{h}"}
	sizes := func() (all []int64) {
		for _, node := range move.nodes {
			all = append(all, told(t, node, "DBSIZE").(int64)) //nolint:forcetypeassert // it is a number
		}
		return all
	}
	for _, tag := range tags {
		for name := range strings.FieldsSeq("1 2 3 4 5 6 7 8 9 10 11 12") {
			for _, node := range move.nodes {
				_, err := resp.Ask(t.Context(), node, "SET", tag+name, "1")
				if refused, moved := errors.AsType[resp.Refusal](err); err != nil && (!moved || !strings.HasPrefix(refused.Error(), "MOVED")) {
					t.Fatal(err)
				}
			}
		}
	}
	before := sizes()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := move.Inject(ctx); err != nil {
		t.Fatal(err)
	}
	if err := move.Heal(ctx); err != nil {
		t.Fatal(err)
	}
	after := sizes()
	if sum := after[0] + after[1] + after[2]; sum != int64(12*len(tags)) || move.Saw()["moved"] < 1 || after[0] >= before[0] {
		t.Errorf("%d keys, from %v to %v, it saw %v", sum, before, after, move.Saw())
	}
}
