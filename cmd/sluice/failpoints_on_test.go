//go:build failpoints

package main

import (
	"strings"
	"testing"
)

// A drill's binary refuses points that it does not have, with its other complaints.
func TestUnknownFailpointsAreRefused(t *testing.T) {
	_, err := loadConfig("", []string{"SLUICE_FAILPOINT=sink.after@1", "SLUICE_GPS_MAX_AGE=x"})
	for _, want := range []string{"SLUICE_FAILPOINT: ", "sink.after-write", "SLUICE_GPS_MAX_AGE"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %s in %v", want, err)
		}
	}
	if _, err := loadConfig("", []string{"SLUICE_FAILPOINT=sink.after-write@1"}); err != nil {
		t.Error(err)
	}
}
