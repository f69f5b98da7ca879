package stage

import "testing"

func TestEachPortIsGivenOnce(t *testing.T) {
	var p ports
	given := map[string]bool{}
	for range 200 {
		address, err := p.address()
		if err != nil {
			t.Fatal(err)
		}
		if given[address] {
			t.Fatalf("%s was given before", address)
		}
		given[address] = true
	}
}
