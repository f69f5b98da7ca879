// Testreport reads `go test -json` and prints what people read: one line a package, the
// output of what failed, and at the end every test that was skipped, with its reason.
// It exits with 1 when something failed; `go test` itself says so as well.
package main

import (
	"fmt"
	"os"
)

func main() {
	failed, err := report(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintf(os.Stderr, "testreport: %v\n", err)
		os.Exit(1)
	}
	if failed {
		os.Exit(1)
	}
}
