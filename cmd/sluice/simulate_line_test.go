package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Where nobody watches, a wait of 25 s is three lines.
func TestWaitingIsToldNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &lines{}
		line := newVerifyLine(&process{stderr: out})
		begin := time.Now()
		for tick := time.NewTicker(time.Second); time.Since(begin) < 25*time.Second; <-tick.C {
			line.Doing("reading", 5)
			line.Waiting(7)
		}
		line.Waiting(0)
		line.end()
		if got := out.String(); strings.Count(got, "\n") != 3 || !strings.HasPrefix(got, "sluice: waiting for the pipelines: 7 behind\n") {
			t.Errorf("told %q", got)
		}
	})
}
