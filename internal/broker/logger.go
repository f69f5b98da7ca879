package broker

import (
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kfake"
)

// logger hears from kfake what it tells nobody else: that a write has failed. kfake calls it
// on its one goroutine, so the next request already finds the gate shut.
type logger struct {
	failed func(err error)
	note   func(err error)
}

// Logf takes kfake's lines. Those that say that state did not reach the disk begin with
// "persist" or "compact".
func (l logger) Logf(level kfake.LogLevel, format string, args ...any) {
	if level > kfake.LogLevelWarn {
		return
	}
	err := fmt.Errorf("kfake: "+format, args...)
	if strings.HasPrefix(format, "persist") || strings.HasPrefix(format, "compact") {
		l.failed(err)
		return
	}
	l.note(err)
}
