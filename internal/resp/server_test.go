package resp

import (
	"fmt"
	"os"
	"testing"
	"time"
)

const patience = 10 * time.Second

func TestForgetRemovesItsOwnKeysAlone(t *testing.T) {
	addr := os.Getenv("SLUICE_TEST_REDIS")
	if addr == "" {
		t.Skip("SLUICE_TEST_REDIS is not set")
	}
	prefix := fmt.Sprintf("resp-%d-", time.Now().UnixNano())
	conn, err := Dial(t.Context(), addr, patience)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}()
	do := func(args ...string) any {
		answer, err := conn.Do(args...)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	for i := range 3000 { // more than one page of a script's arguments
		do("SET", fmt.Sprintf("%sa:%d", prefix, i), "1", "PX", "60000")
	}
	do("SET", prefix+"b:1", "1", "PX", "60000")
	if err := Forget(t.Context(), addr, prefix+"a:", patience); err != nil {
		t.Fatal(err)
	}
	if n := do("EXISTS", prefix+"a:0", prefix+"a:2999"); n != int64(0) {
		t.Errorf("%v keys are left", n)
	}
	if n := do("DEL", prefix+"b:1"); n != int64(1) {
		t.Error("a key of another prefix has gone")
	}
	if version, err := Fields(t.Context(), addr, patience, "server", "redis_version"); err != nil || version["redis_version"] == "" {
		t.Errorf("%v, %v", version, err)
	}
	if seconds, err := CPU(t.Context(), addr, patience); err != nil || seconds <= 0 {
		t.Errorf("%v, %v", seconds, err)
	}
	if _, err := Fields(t.Context(), addr, patience, "server", "no_such_field"); err == nil {
		t.Error("a field that is not there was found")
	}
}
