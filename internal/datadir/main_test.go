package datadir

import (
	"fmt"
	"os"
	"testing"
)

// isChild makes the test binary a process that holds its working directory until it is killed.
const isChild = "SLUICE_TEST_DATADIR_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(isChild) == "" {
		os.Exit(m.Run())
	}
	_, err := Open(".")
	if err == nil {
		_, err = fmt.Fprintln(os.Stdout, "held")
	}
	if err != nil {
		os.Exit(1)
	}
	select {}
}
