package nop_test

import (
	"testing"

	"sluice/sinks/nop"
	"sluice/sinks/sinkstest"
)

func TestSink(t *testing.T) {
	sinkstest.TestSink(t, func(*testing.T) sinkstest.Subject {
		return sinkstest.Subject{
			Sink:    nop.Sink{},
			Doc:     func(int64) []byte { return []byte(`{}`) },
			Without: sinkstest.Without{Versions: true, Creates: true, Poison: true, Reads: true},
		}
	})
}
