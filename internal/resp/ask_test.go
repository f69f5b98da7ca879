package resp

import (
	"bufio"
	"context"
	"errors"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestAnswersAreRead(t *testing.T) {
	for said, want := range map[string]any{
		"+OK\r\n":                       "OK",
		":12\r\n":                       int64(12),
		"$-1\r\n":                       nil,
		"*-1\r\n":                       nil,
		"$5\r\na\r\nbc\r\n":             "a\r\nbc",
		"$0\r\n\r\n":                    "",
		"*3\r\n:1\r\n$1\r\nx\r\n*0\r\n": []any{int64(1), "x", []any{}},
		"*2\r\n-ERR no\r\n+yes\r\n":     []any{Refusal("ERR no"), "yes"},
		"-MOVED 1 127.0.0.1:7000\r\n":   Refusal("MOVED 1 127.0.0.1:7000"),
		"$17000000\r\n":                 errStrange,
		"*2000000\r\n":                  errStrange,
		"?1\r\n":                        errStrange,
		":one\r\n":                      errStrange,
		"\r\n":                          errStrange,
		strings.Repeat("*1\r\n", 20):    errStrange,
	} {
		got, err := read(bufio.NewReader(strings.NewReader(said)), 0)
		if err != nil {
			got = err
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %#v, want %#v", said, got, want)
		}
	}
	for _, torn := range []string{"", "+OK", "$5\r\nab", "*2\r\n:1\r\n"} {
		if got, err := read(bufio.NewReader(strings.NewReader(torn)), 0); err == nil {
			t.Errorf("%q is %#v", torn, got)
		}
	}
}

// answering is a server that answers everything alike, and hands on what it was told.
func answering(t *testing.T, answer string) (address string, told <-chan string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	heard, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }() // it has served
		said := make([]byte, 1<<10)
		n, err := conn.Read(said)
		heard <- string(said[:n])
		if _, writing := conn.Write([]byte(answer)); err != nil || writing != nil {
			return
		}
		_, _ = conn.Read(said) // until the other hangs up
	}()
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		<-ended
	})
	return l.Addr().String(), heard
}

func TestAServerIsAsked(t *testing.T) {
	address, told := answering(t, "$25\r\nrole:master\r\nmaster:x:y\r\n\r\n")
	got, err := Info(t.Context(), address, "replication")
	if want := map[string]string{"role": "master", "master": "x:y"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if said := <-told; said != "*2\r\n$4\r\nINFO\r\n$11\r\nreplication\r\n" {
		t.Errorf("it was told %q", said)
	}
	address, _ = answering(t, "-READONLY it is a replica\r\n")
	if _, err := Number(t.Context(), address, "INCR", "a"); !errors.Is(err, Refusal("READONLY it is a replica")) {
		t.Errorf("refused: %v", err)
	}
	address, _ = answering(t, "*1\r\n:1\r\n")
	if got, err := Texts(t.Context(), address, "KEYS", "*"); !errors.Is(err, errStrange) {
		t.Errorf("no texts: %v, %v", got, err)
	}
}

func TestAServerThatIsSilentIsNotWaitedFor(t *testing.T) {
	address, _ := answering(t, "")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := Ask(ctx, address, "PING"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it gave %v", err)
	}
}
