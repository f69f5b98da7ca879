package stacktest

import (
	"os"
	"strconv"
	"testing"
)

// Size is how large a test is to be: what the variable says, or else usual, which takes seconds. `make proofs` sets the
// variables to the sizes that are promised.
func Size(t testing.TB, variable string, usual int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < usual {
		t.Fatalf("%s=%q: want a number of at least %d", variable, text, usual)
	}
	return n
}
