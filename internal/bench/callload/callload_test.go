package callload

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sluice/internal/resp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server answers each command with the same, and keeps what it was sent.
type server struct {
	answer string

	mu   sync.Mutex
	sent []string
}

func (s *server) start(t *testing.T) (addr string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() { _ = listener.Close(); all.Wait() }) // it has served
	return listener.Addr().String()
}

func (s *server) serve(conn net.Conn) {
	in := bufio.NewReader(conn)
	var r resp.Request
	for r.ReadFrom(in) == nil {
		s.mu.Lock()
		s.sent = append(s.sent, string(r.Raw))
		s.mu.Unlock()
		if _, err := conn.Write([]byte(s.answer)); err != nil {
			break
		}
	}
	_ = conn.Close() // the client went
}

func command(args ...string) string {
	text := fmt.Appendf(nil, "*%d\r\n", len(args))
	for _, a := range args {
		text = fmt.Appendf(text, "$%d\r\n%s\r\n", len(a), a)
	}
	return string(text)
}

func TestCallsOfScriptsAreRecorded(t *testing.T) {
	t.Parallel()
	s := &server{answer: "+OK\r\n"}
	r, err := NewRecorder(t.Context(), s.start(t), 1<<10)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	conn, err := resp.Dial(ctx, r.Addr(), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	say := func(args ...string) error {
		answer, err := conn.Do(args...)
		if err == nil && answer != "OK" {
			t.Errorf("%v was answered %v", args, answer)
		}
		return err
	}
	if err := say("EVALSHA", "x", "1", "early"); err != nil {
		t.Error(err)
	}
	r.Record()
	for _, args := range [][]string{{"evalsha", "x", "2", "k1", "k2", "v"}, {"GET", "k"}, {"EVALSHA", "x", "1", "k2"}} {
		if err := say(args...); err != nil {
			t.Error(err)
		}
	}
	want := []Call{{Key: "k1", Raw: []byte(command("evalsha", "x", "2", "k1", "k2", "v"))}, {Key: "k2", Raw: []byte(command("EVALSHA", "x", "1", "k2"))}}
	if got := r.Calls(); !slices.EqualFunc(got, want, func(a, b Call) bool { return a.Key == b.Key && string(a.Raw) == string(b.Raw) }) {
		t.Errorf("recorded %q", got)
	}
	if err := say("EVALSHA", "x", "1", "k", strings.Repeat("v", 1<<10)); err == nil {
		t.Error("more than may be kept was carried on")
	}
	stop()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "more than 1024 bytes") {
		t.Error(err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}

func TestCallsOfAKeyKeepTheirOrder(t *testing.T) {
	t.Parallel()
	s := &server{answer: "*3\r\n$2\r\nOK\r\n$3\r\nsds\r\n:1\r\n"}
	var all []Call
	for i := range 300 {
		key := fmt.Sprint("k", i%7)
		all = append(all, Call{Key: key, Raw: []byte(command("EVALSHA", "x", "1", key, fmt.Sprintf("%03d", i)))})
	}
	got, err := Load(t.Context(), Config{Addr: s.start(t), Calls: all, Conns: 3, Limit: 10 * time.Second})
	if err != nil || got.Events != 900 || got.Stored != 600 || got.Announced != 300 || got.Took <= 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	if len(s.sent) != len(all) {
		t.Fatalf("%d calls were sent", len(s.sent))
	}
	last := map[string]string{}
	for _, raw := range s.sent {
		parts := strings.Split(raw, "\r\n")
		key, number := parts[8], parts[10]
		if number <= last[key] {
			t.Errorf("%s: %s came behind %s", key, number, last[key])
		}
		last[key] = number
	}
}

func TestARefusedCallIsNoMeasure(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"-NOSCRIPT no\r\n", "*1\r\n$4\r\nLOST\r\n", "*3\r\n$2\r\nOK\r\n:1\r\n:1\r\n", "+OK\r\n"} {
		s := &server{answer: answer}
		cfg := Config{Addr: s.start(t), Calls: []Call{{Key: "k", Raw: []byte(command("EVALSHA", "x", "1", "k"))}}, Conns: 1, Limit: 10 * time.Second}
		if got, err := Load(t.Context(), cfg); err == nil {
			t.Errorf("%q: %+v", answer, got)
		}
	}
	if _, err := Load(t.Context(), Config{Addr: "127.0.0.1:1", Conns: 1, Limit: time.Second}); err == nil {
		t.Error("nothing was sent")
	}
}
