package stacktest

import (
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// nobody is a user without rights of its own.
const nobody = 65534

// AsNobody lets the test see files as a user without privileges does, until it ends: the
// superuser, whom a permission does not stop, would have to skip. It holds on the test's own goroutine only.
func AsNobody(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	runtime.LockOSThread()
	if _, err := unix.SetfsuidRetUid(nobody); err != nil {
		t.Fatalf("seeing files as nobody: %v", err)
	}
	t.Cleanup(func() {
		if _, err := unix.SetfsuidRetUid(0); err != nil {
			t.Errorf("seeing files as before: %v", err) // the thread stays locked, and ends with the test
			return
		}
		runtime.UnlockOSThread()
	})
}
