package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sluice/internal/stacktest"
)

// child is one run of the binary.
type child struct {
	t    *testing.T
	name string
	cmd  *exec.Cmd
	log  string // the file of what it wrote to stderr
	ops  string // URL of its ops listener
	http string // URL of its public listener
	done chan struct{}
	err  error // of Wait, once done is closed
}

// start runs the binary in the background on listeners of its own.
func (s *site) start(name string, env []string, args ...string) *child {
	s.t.Helper()
	free := stacktest.FreeAddresses(s.t, 2)
	ops, public := free[0], free[1]
	c := launch(s.t, name, append(append(s.environment(), "SLUICE_OPS_LISTEN="+ops, "SLUICE_HTTP_LISTEN="+public), env...), args...)
	c.ops, c.http = "http://"+ops, "http://"+public
	return c
}

// launch runs the binary in the background; when the test ends, it is killed if it still runs.
func launch(t *testing.T, name string, env []string, args ...string) *child {
	t.Helper()
	c := &child{t: t, name: name, done: make(chan struct{}), log: filepath.Join(t.TempDir(), name+".log")}
	out, err := os.Create(c.log)
	if err != nil {
		t.Fatal(err)
	}
	c.cmd = exec.Command(os.Getenv(binaryVar), args...)
	c.cmd.Env, c.cmd.Stderr, c.cmd.Stdout = env, out, out
	if err := c.cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", name, err)
	}
	go func() {
		c.err = errors.Join(c.cmd.Wait(), out.Close())
		close(c.done)
	}()
	t.Cleanup(func() {
		c.kill()
		if t.Failed() {
			t.Logf("last words of %s (%s):\n%s", name, strings.Join(args, " "), lastLines(c.log, 40))
		}
	})
	return c
}

// run runs the binary to its end and returns its exit code and what it wrote to stdout.
func (s *site) run(env []string, args ...string) (code int, stdout string) {
	s.t.Helper()
	return execute(s.t, append(s.environment(), env...), args...)
}

// execute runs the binary to its end and returns its exit code and what it wrote to stdout.
func execute(t *testing.T, env []string, args ...string) (code int, stdout string) {
	t.Helper()
	return executeWithin(t, patience, env, args...)
}

// executeWithin is execute for what may take longer.
func executeWithin(t *testing.T, limit time.Duration, env []string, args ...string) (code int, stdout string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Getenv(binaryVar), args...)
	var out, errs bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = env, &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("running %v: %v", args, err)
	}
	if errs.Len() > 0 {
		t.Logf("%v said: %s", args, strings.TrimSpace(errs.String()))
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

// ready waits until the process says that it is.
func (c *child) ready() *child {
	c.t.Helper()
	until(c.t, c.name+" to be ready", func() error {
		c.alive()
		status, body, err := get(c.ops + "/readyz")
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("status %d: %s", status, body)
		}
		return err
	})
	return c
}

// alive fails the test when the process has ended of its own accord.
func (c *child) alive() {
	c.t.Helper()
	select {
	case <-c.done:
		c.t.Fatalf("%s ended by itself: %v", c.name, c.err)
	default:
	}
}

// kill ends the process without asking it, as kill -9 does.
func (c *child) kill() {
	if err := c.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.t.Errorf("killing %s: %v", c.name, err)
	}
	<-c.done
}

// stop asks the process to end, and expects that it does so within its promise and well.
func (c *child) stop() {
	c.t.Helper()
	began := time.Now()
	c.signal(syscall.SIGTERM)
	select {
	case <-c.done:
	case <-time.After(patience):
		c.t.Fatalf("%s did not end within %s of SIGTERM", c.name, patience)
	}
	if code := c.cmd.ProcessState.ExitCode(); code != 0 {
		c.t.Errorf("%s ended with %d after SIGTERM", c.name, code)
	}
	if took := time.Since(began); took > 12*time.Second {
		c.t.Errorf("%s took %s to end after SIGTERM, promised are 10 s", c.name, took)
	}
}

func (c *child) signal(s syscall.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		c.t.Fatalf("sending %v to %s: %v", s, c.name, err)
	}
}

// memory is the resident memory, bytes.
func (c *child) memory() int64 {
	c.t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(c.cmd.Process.Pid) + "/status")
	if err != nil {
		c.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) == 3 && fields[0] == "VmRSS:" {
			kib, err := strconv.ParseInt(fields[1], 10, 64)
			if err != nil {
				c.t.Fatal(err)
			}
			return kib << 10
		}
	}
	c.t.Fatalf("%s has no VmRSS: it has ended", c.name)
	return 0
}

func get(url string) (status int, body string, err error) {
	client := http.Client{Timeout: 10 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

func lastLines(file string, n int) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
