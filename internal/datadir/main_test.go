package datadir

import (
	"fmt"
	"os"
	"testing"
)

// childDir makes the test binary a process that holds a directory until it is killed.
const childDir = "SLUICE_TEST_DATADIR"

func TestMain(m *testing.M) {
	dir := os.Getenv(childDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	if _, err := Open(dir); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("held")
	select {}
}
