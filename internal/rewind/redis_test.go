package rewind_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"sluice/internal/stacktest"
	"sluice/schemas"
	"sluice/schemas/rules"
	"sluice/sinks/redis"
)

// redisDB is the database of these tests, which empty it.
const redisDB = 13

func inRedis(t *testing.T, prefix string) store {
	t.Helper()
	levels, err := redis.New(redis.Config{Addrs: []string{stacktest.Redis(t)}, DB: redisDB, KeyPrefix: prefix, Buckets: 8, Rules: rules.Default()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return levels
}

// flush empties the database, as somebody does by mistake.
func flush(t *testing.T) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", stacktest.Redis(t), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, conn.Close)
	if _, err := fmt.Fprintf(conn, "SELECT %d\r\nFLUSHDB\r\n", redisDB); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	for range 2 {
		if line, err := answers.ReadString('\n'); err != nil || !strings.HasPrefix(line, "+OK") {
			t.Fatalf("Redis says %q, %v", line, err)
		}
	}
}

func TestMembersComeBackFromTheTopicsOnRedis(t *testing.T) {
	stacktest.Redis(t)
	t.Cleanup(func() { flush(t) })
	made := 0
	comeBack(t, func(t *testing.T) (again func() store) {
		made++
		prefix := fmt.Sprintf("rewind-%d-%d:", time.Now().UnixNano(), made)
		return func() store { return inRedis(t, prefix) }
	})
}

// Nobody restarts anything: the lanes find it, those that get records and those that get none.
func TestAFlushWhileItRunsIsReadBack(t *testing.T) {
	stacktest.Redis(t)
	t.Cleanup(func() { flush(t) })
	w := newTown(t)
	w.publish(t)
	month := rules.Default().Month(w.at.UnixMilli())
	whole := func(s schemas.MemberState) bool { return s.Count(month) == perPerson && len(s.Memberships) == 1 }
	levels := inRedis(t, fmt.Sprintf("rewind-%d:", time.Now().UnixNano()))
	epochs := int64(0)
	epoch := w.day(t, levels, whole, func() {
		w.reports() // of the birth
		state := w.until(t, levels, member(0), whole)
		epochs = state.Epoch
		flush(t)
		if state, err := levels.Member(t.Context(), member(0)); err == nil {
			t.Errorf("a store that was flushed answers %+v", state)
		}
	})
	if epoch <= epochs {
		t.Errorf("epoch %d, then %d", epochs, epoch)
	}
	before, err := feeds{w.admin}.Feeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.readAgain(t, before)
}
