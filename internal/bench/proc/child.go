// Package proc runs the processes of a benchmark and reads what they cost.
package proc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Command is what to start.
type Command struct {
	Path   string
	Args   []string
	Env    []string  // beside the environment of this process
	Stdout io.Writer // nil = thrown away
}

// Child is a started process.
type Child struct {
	cmd    *exec.Cmd
	stderr *tail
	done   chan struct{}
	err    error // of Wait, once done is closed
}

const stopWithin = 20 * time.Second

// Start starts a process that is asked to end (SIGTERM) when ctx does, and is killed
// when it has not done so within 20 s.
func Start(ctx context.Context, c Command) (*Child, error) {
	cmd := exec.CommandContext(ctx, c.Path, c.Args...) //nolint:gosec // the bench's own binary
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.Stdout = c.Stdout
	errs := &tail{limit: 4096}
	cmd.Stderr = errs
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopWithin
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %v: %w", c.Args, err)
	}
	child := &Child{cmd: cmd, stderr: errs, done: make(chan struct{})}
	go func() {
		child.err = cmd.Wait()
		close(child.done)
	}()
	return child, nil
}

// Run starts a process and waits for it.
func Run(ctx context.Context, c Command) error {
	child, err := Start(ctx, c)
	if err != nil {
		return err
	}
	<-child.done
	return child.complaint()
}

// PID is the process's id.
func (c *Child) PID() int { return c.cmd.Process.Pid }

// Done is closed once the process has ended.
func (c *Child) Done() <-chan struct{} { return c.done }

// Err is nil while the process lives; afterwards it says that it ended, and its last words.
func (c *Child) Err() error {
	select {
	case <-c.done:
		return fmt.Errorf("process %v ended early: %w", c.cmd.Args[1:], errors.Join(c.err, errors.New(c.stderr.text())))
	default:
		return nil
	}
}

// Stop asks the process to end, kills it when it does not, and waits until it has gone.
func (c *Child) Stop() error {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stopping process %d: %w", c.PID(), err)
	}
	late := time.NewTimer(stopWithin)
	defer late.Stop()
	select {
	case <-c.done:
	case <-late.C:
		if err := c.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("killing process %d: %w", c.PID(), err)
		}
		<-c.done
	}
	return c.complaint()
}

// complaint is the error of a process that ended otherwise than well or by our signal.
func (c *Child) complaint() error {
	if exit, ok := errors.AsType[*exec.ExitError](c.err); ok {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGTERM {
			return nil
		}
	}
	if c.err == nil {
		return nil
	}
	return fmt.Errorf("process %v: %w: %s", c.cmd.Args[1:], c.err, c.stderr.text())
}

// tail keeps the last bytes written to it.
type tail struct {
	limit int
	mu    sync.Mutex
	kept  []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - t.limit; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

func (t *tail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.kept))
}
