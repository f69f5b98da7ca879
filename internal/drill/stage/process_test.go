package stage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sleeper is a process that is no sluice: a shell with a script.
func sleeper(t *testing.T, script string) *Process {
	t.Helper()
	p := &Process{
		Name: "sleeper-1", Role: "sleeper", binary: "sh", args: []string{"-c", script},
		env: os.Environ(), log: filepath.Join(t.TempDir(), "log"), ops: "http://127.0.0.1:1",
	}
	t.Cleanup(func() {
		if err := p.Kill(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func begin(t *testing.T, p *Process) {
	t.Helper()
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func logged(t *testing.T, p *Process) string {
	t.Helper()
	text, err := os.ReadFile(p.Log())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestALifeEndsAsItEnds(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		do     func(p *Process) error
		exit   int
	}{
		"by itself": {"exit 7", func(*Process) error { return nil }, 7},
		"killed":    {"exec sleep 100", (*Process).Kill, 128 + 9},
		"signalled": {"exec sleep 100", func(p *Process) error { return p.Signal(syscall.SIGTERM) }, 128 + 15},
	} {
		t.Run(name, func(t *testing.T) {
			p := sleeper(t, c.script)
			if p.Alive() || p.Pid() != 0 || p.Exit() != 0 {
				t.Error("it lives before it was started")
			}
			<-p.Ended() // nothing to wait for
			begin(t, p)
			if err := c.do(p); err != nil {
				t.Fatal(err)
			}
			<-p.Ended()
			if p.Alive() || p.Pid() != 0 || p.Exit() != c.exit {
				t.Errorf("alive %v, pid %d, exit %d, want %d", p.Alive(), p.Pid(), p.Exit(), c.exit)
			}
		})
	}
}

func TestWhatIsForTheNextLifeIsForThatAlone(t *testing.T) {
	p := sleeper(t, "echo $EXTRA $(ulimit -n)")
	p.Env("EXTRA=once")
	p.Limit(Limits{OpenFiles: 40})
	for range 2 {
		begin(t, p)
		<-p.Ended()
	}
	if p.Lives() != 2 {
		t.Errorf("it had %d lives", p.Lives())
	}
	lines := strings.Split(strings.TrimSpace(logged(t, p)), "\n")
	if len(lines) != 2 || lines[0] != "once 40" || strings.Contains(lines[1], "once") || lines[1] == "40" {
		t.Errorf("it said %q", lines)
	}
}

func TestTwoLivesAtOnceAreRefused(t *testing.T) {
	p := sleeper(t, "exec sleep 100")
	begin(t, p)
	if err := p.Start(t.Context()); err == nil {
		t.Error("it was started while it ran")
	}
}

func TestAStopThatIsIgnoredIsGivenUp(t *testing.T) {
	p := sleeper(t, "trap '' TERM; echo deaf; while :; do sleep 1; done")
	begin(t, p)
	for !strings.Contains(logged(t, p), "deaf") {
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := p.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stopping gave %v", err)
	}
	if !p.Alive() {
		t.Error("it has ended")
	}
}

func TestWhoEndsInsteadOfBecomingReadyTellsWhy(t *testing.T) {
	p := sleeper(t, "echo no bread; exit 3")
	begin(t, p)
	err := p.Ready(t.Context())
	if err == nil || !strings.Contains(err.Error(), "ended with 3") || !strings.Contains(err.Error(), "no bread") {
		t.Errorf("waiting gave %v", err)
	}
}

func TestMemoryIsThatOfTheProcess(t *testing.T) {
	own, err := residentOf(os.Getpid())
	if err != nil || own < 1<<20 {
		t.Errorf("our own is %d, %v", own, err)
	}
	p := sleeper(t, "exit 0")
	begin(t, p)
	<-p.Ended()
	if none, err := p.RSS(); none != 0 || err != nil {
		t.Errorf("that of nobody is %d, %v", none, err)
	}
}

func TestOpenFilesAreCounted(t *testing.T) {
	p := sleeper(t, "exec 7</dev/null 8</dev/null; echo open; while :; do sleep 1; done")
	if none, err := p.Files(); none != 0 || err != nil {
		t.Errorf("nobody has %d, %v", none, err)
	}
	begin(t, p)
	for !strings.Contains(logged(t, p), "open") {
		time.Sleep(time.Millisecond)
	}
	if n, err := p.Files(); n < 5 || err != nil { // three of its own, and two
		t.Errorf("it has %d, %v", n, err)
	}
}

// A group that cannot be made says that it is the machine's fault; one that can kills what grows over its bound.
func TestMemoryIsBoundByTheKernel(t *testing.T) {
	p := sleeper(t, "exec tail /dev/zero") // it keeps a line that never ends
	p.Limit(Limits{Memory: 16 << 20})
	err := p.Start(t.Context())
	if errors.Is(err, ErrCannot) {
		t.Skipf("waits for a machine that allows it: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	<-p.Ended()
	if p.Exit() != 128+9 {
		t.Errorf("it ended with %d", p.Exit())
	}
}

func TestOwnControlGroupIsFound(t *testing.T) {
	for text, want := range map[string]string{
		"9:name=systemd:/\n4:memory:/a/b\n0::/\n": "/sys/fs/cgroup/memory/a/b memory.limit_in_bytes",
		"0::/user.slice\n":                        "/sys/fs/cgroup/user.slice memory.max",
		"1:cpu:/\n":                               " ",
	} {
		dir, bound, _ := groupOf(text)
		if got := dir + " " + bound; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
