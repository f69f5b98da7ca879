//go:build !failpoints

package main

import (
	"strings"
	"testing"
)

// A release that is told to kill itself says that it knows no such thing.
func TestAReleaseRefusesFailpoints(t *testing.T) {
	_, err := loadConfig("", []string{"SLUICE_FAILPOINT=sink.after-write@1"})
	if err == nil || !strings.Contains(err.Error(), "SLUICE_FAILPOINT: no such variable") {
		t.Errorf("%v", err)
	}
}
