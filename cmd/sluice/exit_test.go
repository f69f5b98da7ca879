package main

import (
	"bytes"
	"testing"
)

func TestWhatServersSaidIsSafeToLookAt(t *testing.T) {
	var out bytes.Buffer
	(&process{stderr: &out}).tell("it said \x1b[2J\u202e\n  and \"\\d\"")
	if want := "sluice: it said \\x1b[2J\\u202e\n  and \"\\d\"\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}
