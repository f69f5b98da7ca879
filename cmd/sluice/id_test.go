package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/schemas"
)

func TestNewIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(20 * 365 * 24 * time.Hour) // the bubble begins in 2000, order ids in 2018
		began := time.Now()
		code, out, told := execute(t, nil, "id", "new", "--member", "M0000042", "--machine", "7", "--count", "200")
		if code != exitDone || told != "" {
			t.Fatal(code, told)
		}
		last := int64(0)
		for line := range strings.Lines(out) {
			id, err := strconv.ParseInt(strings.TrimSuffix(line, "\n"), 10, 64)
			if err != nil || id <= last {
				t.Fatal(line, err)
			}
			if parts := schemas.SplitOrderID(id); parts.Machine != 7 || parts.Gene != schemas.Gene([]byte("M0000042")) {
				t.Fatalf("%+v", parts)
			}
			last = id
		}
		if n := strings.Count(out, "\n"); n != 200 {
			t.Errorf("%d ids", n)
		}
		if lasted := time.Since(began); lasted != 4*time.Millisecond { // 200 are 64 + 64 + 64 + 8
			t.Errorf("ended after %s, when the last id's millisecond was not over", lasted)
		}
		code, out, _ = execute(t, nil, "id", "new", "--json")
		var shown shownID
		if err := json.Unmarshal([]byte(out), &shown); err != nil || code != exitDone || shown.ID <= strconv.FormatInt(last, 10) || shown.At != began.UnixMilli()+4 {
			t.Errorf("%d %s %v", code, out, err)
		}
	})
}

func TestNewIDsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- (&process{stdout: writer, stderr: new(bytes.Buffer)}).execute(ctx, []string{"id", "new", "--count", strconv.Itoa(maxNewIDs)})
		_ = writer.Close() // ends the reader; a pipe has nothing else to say
	}()
	lines := 0
	for scan := bufio.NewScanner(reader); scan.Scan(); {
		if lines++; lines == maxNewIDs {
			cancel()
		}
	}
	if code := <-ended; code != exitFailed || lines != maxNewIDs {
		t.Errorf("exit code %d after %d ids", code, lines)
	}
}

func TestShownIDs(t *testing.T) {
	code, out, told := execute(t, nil, "id", "show", "2353324050610131008", "--member", "M0000042", "--member", "a,b\x1b[2J")
	want := "order 2353324050610131008  at 2026-11-21T23:14:48.156Z  machine 0  gene 65  sequence 0  bucket 65\n" +
		"member M0000042  gene 65  bucket 65\n"
	if code != exitDone || !strings.HasPrefix(out, want) || strings.Contains(out, "\x1b") || strings.Count(out, "\n") != 3 {
		t.Errorf("%d %s %s", code, out, told)
	}
	code, out, _ = execute(t, nil, "id", "show", "17", "--buckets", "1000", "--json")
	if code != exitDone || out != `{"id":"17","at":1514764800000,"machine":0,"gene":0,"sequence":17}`+"\n" {
		t.Errorf("%d %s", code, out)
	}
	for _, args := range [][]string{{}, {"x"}, {"0"}, {"-1"}, {"9223372036854775808"}, {"17", "--buckets", "0"}, {"17", "--buckets", "10001"}} {
		if code, out, _ := execute(t, nil, append([]string{"id", "show"}, args...)...); code != exitUsage || out != "" {
			t.Errorf("%v: %d %s", args, code, out)
		}
	}
	for _, count := range []string{"0", "1000001"} {
		if code, _, _ := execute(t, nil, "id", "new", "--count", count); code != exitUsage {
			t.Errorf("%s ids: %d", count, code)
		}
	}
}
