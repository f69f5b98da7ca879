package failpoint

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// The test runs itself as the victim.
func TestAHitIsSIGKILL(t *testing.T) {
	const victim = "FAILPOINT_VICTIM"
	if os.Getenv(victim) != "" {
		p, err := New("commit.after@2", nil)
		if err != nil {
			t.Fatal(err)
		}
		p.at(CommitAfter).hit()
		p.at(CommitAfter).hit()
		t.Fatal("it lives on")
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAHitIsSIGKILL$")
	again.Env = append(os.Environ(), victim+"=1")
	err := again.Run()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		t.Fatalf("the victim ended with %v", err)
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Errorf("the victim ended with %v", err)
	}
}
