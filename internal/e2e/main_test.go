package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binaryVar carries the binary's path from TestMain to the tests.
const binaryVar = "SLUICE_TEST_BINARY"

func TestMain(m *testing.M) {
	code, err := runAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// runAll builds the binary and runs the tests.
func runAll(m *testing.M) (code int, err error) {
	if os.Getenv(binaryVar) != "" {
		return m.Run(), nil
	}
	dir, err := os.MkdirTemp("", "sluice-e2e-")
	if err != nil {
		return 1, fmt.Errorf("making a directory for the binary: %w", err)
	}
	defer func() {
		if removing := os.RemoveAll(dir); removing != nil && err == nil {
			err = fmt.Errorf("removing the binary: %w", removing)
		}
	}()
	binary := filepath.Join(dir, "sluice")
	if out, err := exec.Command("go", "build", "-o", binary, "sluice/cmd/sluice").CombinedOutput(); err != nil {
		return 1, fmt.Errorf("building the binary: %w\n%s", err, out)
	}
	if err := os.Setenv(binaryVar, binary); err != nil {
		return 1, fmt.Errorf("naming the binary: %w", err)
	}
	return m.Run(), nil
}
