package arrows_test

import (
	"strings"
	"testing"
)

// The typed API of the Elasticsearch client is 860 packages, all read by the linker and compiled by a first build. Its
// root package imports them; its package esapi, which is ours, does not.
func TestTheTypedAPIStaysOut(t *testing.T) {
	t.Parallel()
	const client = "github.com/elastic/go-elasticsearch/v8"
	product := load(t)
	if way := product.chain("cmd/sluice", client+"/typedapi"); way != nil {
		t.Errorf("the binary carries the typed API: %s", strings.Join(way, " -> "))
	}
	if product.chain("cmd/sluice", client+"/esapi") == nil {
		t.Error("cmd/sluice does not reach esapi: this test would pass for nothing")
	}
}
