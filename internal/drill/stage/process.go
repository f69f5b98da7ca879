package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Process is one sluice process. It has the same name and addresses in each of its lives.
type Process struct {
	Name string // role-number
	Role string // gateway, query, pipelines or jobs

	binary         string
	args, env      []string
	ops, http, log string

	mu     sync.Mutex
	next   []string // environment of the next life only
	limits Limits   // of the next life only
	life   *life    // the present one or the last; nil before the first
	lives  int      // that were begun
}

// life is one run of the binary.
type life struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has
	err   error         // what was wrong about ending it, once ended is closed
}

func (p *Process) called() string { return p.Name }

// Start begins a life; it does not wait until the process is ready. It fails while one lasts.
func (p *Process) Start(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.life != nil && !over(p.life.ended) {
		return fmt.Errorf("starting %s: it runs", p.Name)
	}
	begun, err := p.begin()
	if err != nil {
		return fmt.Errorf("starting %s: %w", p.Name, err)
	}
	p.life, p.next, p.limits = begun, nil, Limits{}
	p.lives++
	return nil
}

func (p *Process) begin() (*life, error) {
	command, freed, err := p.limits.around(p.Name, p.binary, p.args)
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, errors.Join(err, freed())
	}
	cmd := exec.Command(command[0], command[1:]...) //nolint:gosec,noctx // the caller's own binary; it outlives the call
	cmd.Env = append(append([]string(nil), p.env...), p.next...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // ctrl-C on the runner's terminal is not its
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, out.Close(), freed())
	}
	l := &life{cmd: cmd, ended: make(chan struct{})}
	go func() {
		err := cmd.Wait()
		if _, exit := errors.AsType[*exec.ExitError](err); exit {
			err = nil // the code says it
		}
		l.err = errors.Join(err, out.Close(), freed())
		close(l.ended)
	}()
	return l, nil
}

func over(ended <-chan struct{}) bool {
	select {
	case <-ended:
		return true
	default:
		return false
	}
}

// now is the present life or the last, nil before the first.
func (p *Process) now() *life {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.life
}

// Alive says whether a life lasts.
func (p *Process) Alive() bool {
	l := p.now()
	return l != nil && !over(l.ended)
}

// Lives is how many it has begun.
func (p *Process) Lives() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lives
}

// Ended is closed when the present life, or the last one, has ended.
func (p *Process) Ended() <-chan struct{} {
	if l := p.now(); l != nil {
		return l.ended
	}
	never := make(chan struct{})
	close(never)
	return never
}

// Exit tells how the last life ended: the exit code, or 128 and the signal's number, as a shell
// does. It is 0 before the first, and waits for none.
func (p *Process) Exit() int {
	l := p.now()
	if l == nil || !over(l.ended) {
		return 0
	}
	if status, ok := l.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return l.cmd.ProcessState.ExitCode()
}

// Pid is that of the present life, 0 when there is none.
func (p *Process) Pid() int {
	l := p.now()
	if l == nil || over(l.ended) {
		return 0
	}
	return l.cmd.Process.Pid
}

// Kill ends it as kill -9 does, and returns when it has gone. It is harmless when it has.
func (p *Process) Kill() error {
	l := p.now()
	if l == nil {
		return nil
	}
	if err := l.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("killing %s: %w", p.Name, err)
	}
	<-l.ended
	return l.err
}

// Signal sends a signal.
func (p *Process) Signal(sig os.Signal) error {
	l := p.now()
	if l == nil {
		return fmt.Errorf("sending %v to %s: it was never started", sig, p.Name)
	}
	if err := l.cmd.Process.Signal(sig); err != nil {
		return fmt.Errorf("sending %v to %s: %w", sig, p.Name, err)
	}
	return nil
}

// Stop asks it to end with SIGTERM and waits for it; the code is as of Exit.
func (p *Process) Stop(ctx context.Context) (code int, took time.Duration, err error) {
	began := time.Now()
	if err := p.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return 0, 0, err
	}
	select {
	case <-p.Ended():
		return p.Exit(), time.Since(began), nil
	case <-ctx.Done():
		return 0, time.Since(began), fmt.Errorf("stopping %s: %w", p.Name, ctx.Err())
	}
}
