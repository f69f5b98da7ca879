package stacktest

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// ForgetKeys takes away all keys of a Redis that begin with a prefix, which must hold none of the characters of a pattern.
func ForgetKeys(t testing.TB, addr, prefix string) {
	t.Helper()
	if prefix == "" {
		t.Fatal("a prefix is needed: other tests have keys there")
	}
	conn, err := (&net.Dialer{Timeout: redisPatience}).DialContext(context.WithoutCancel(t.Context()), "tcp", addr) // a cleanup may call
	if err != nil {
		t.Fatalf("forgetting keys: %v", err)
	}
	defer func() {
		if err := conn.Close(); err != nil {
			t.Errorf("forgetting keys: %v", err)
		}
	}()
	const script = `local from = '0'
repeat
  local found = redis.call('SCAN', from, 'MATCH', ARGV[1], 'COUNT', 10000)
  from = found[1]
  for _, key in ipairs(found[2]) do redis.call('UNLINK', key) end
until from == '0'
return 1`
	var command strings.Builder
	args := []string{"EVAL", script, "0", prefix + "*"}
	fmt.Fprintf(&command, "*%d\r\n", len(args))
	for _, arg := range args {
		fmt.Fprintf(&command, "$%d\r\n%s\r\n", len(arg), arg)
	}
	if _, err := conn.Write([]byte(command.String())); err != nil {
		t.Fatalf("forgetting keys: %v", err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || line != ":1\r\n" {
		t.Fatalf("forgetting keys: %q, %v", line, err)
	}
}

// redisPatience is for a connection to a server on this machine.
const redisPatience = 10 * time.Second
