package main

import (
	"runtime"
	"testing"
)

// Nothing else in this binary reads GOMAXPROCS, and whoever runs beside this test only shares more cores or fewer.
func TestCoresAreSharedOnce(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
	runtime.SetDefaultGOMAXPROCS()
	want := processorsPerCore * runtime.GOMAXPROCS(0)
	for range 3 {
		(&process{}).shareCores()
	}
	if got := runtime.GOMAXPROCS(0); got != want {
		t.Errorf("%d processors after sharing three times, want %d", got, want)
	}
	runtime.GOMAXPROCS(before)
	(&process{environ: []string{"GOMAXPROCS=1"}}).shareCores()
	if got := runtime.GOMAXPROCS(0); got != before {
		t.Errorf("%d processors though the environment says how many", got)
	}
}
