package stage

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain lets Toxiproxy leave behind whoever wanted to send to a connection that has ended.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, left("Slicer"), left("Noop"))
}

func left(toxic string) goleak.Option {
	return goleak.IgnoreTopFunction("github.com/Shopify/toxiproxy/v2/toxics.(*" + toxic + "Toxic).Pipe")
}
