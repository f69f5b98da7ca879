package resp

import (
	"bufio"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestAConnectionsAnswersAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		"+OK\r\n": "OK", ":-7\r\n": int64(-7), "$3\r\na\r\n\r\n": "a\r\n", "$-1\r\n": nil, "*-1\r\n": nil,
		"*3\r\n$2\r\nOK\r\n*1\r\n:1\r\n+x\r\n": []any{"OK", []any{int64(1)}, "x"},
	} {
		got, err := Read(bufio.NewReader(strings.NewReader(text)))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %v, %v, not %v", text, got, err, want)
		}
	}
	for _, text := range []string{"\r\n", "?1\r\n", "$x\r\n", "$9999999999\r\n", "*2\r\n:1\r\n", "$5\r\nab"} {
		if got, err := Read(bufio.NewReader(strings.NewReader(text))); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
	var said Refusal
	if _, err := Read(bufio.NewReader(strings.NewReader("-NOSCRIPT no\r\n"))); !errors.As(err, &said) || said != "NOSCRIPT no" {
		t.Error(err)
	}
}

func TestCommandsAreReadAsTheyWereSent(t *testing.T) {
	t.Parallel()
	one, two := "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n\r\n$1\r\n", "*1\r\n$4\r\nPING\r\n"
	in := bufio.NewReader(strings.NewReader(one + two))
	var r Request
	if err := r.ReadFrom(in); err != nil || string(r.Raw) != one || r.Args() != 3 || string(r.Arg(2)) != "\r\n$1" || r.Arg(3) != nil {
		t.Errorf("%q, %v", r.Raw, err)
	}
	if err := r.ReadFrom(in); err != nil || string(r.Raw) != two || string(r.Arg(0)) != "PING" {
		t.Errorf("%q, %v", r.Raw, err)
	}
	if err := r.ReadFrom(in); !errors.Is(err, io.EOF) {
		t.Errorf("%q, %v", r.Raw, err)
	}
	for _, bad := range []string{"PING\r\n", "*1\n", "*-1\r\n", "*1\r\n+OK\r\n", "*1\r\n$99999999999\r\n", "*1\r\n$4\r\nPI", "*9999999\r\n"} {
		if err := r.ReadFrom(bufio.NewReader(strings.NewReader(bad))); err == nil {
			t.Errorf("%q is %q", bad, r.Raw)
		}
	}
}

// A pattern would remove what belongs to others.
func TestOnlyPlainPrefixesAreForgotten(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "a*", "b?", "[c]", `d\`} {
		if err := Forget(t.Context(), "127.0.0.1:1", prefix, time.Second); err == nil || !strings.Contains(err.Error(), "is no prefix") {
			t.Errorf("%q: %v", prefix, err)
		}
	}
}
