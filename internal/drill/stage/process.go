package stage

import (
	"context"
	"os"
	"time"
)

// Process is one sluice process. It has the same name and addresses in each of its lives.
type Process struct {
	Name string // role-number
	Role string // gateway, query or pipelines
}

// Limits bound the next life of a process.
type Limits struct {
	OpenFiles uint64 // file descriptors; 0 = as ours
	Memory    int64  // bytes that a control group allows before the kernel kills; 0 = unlimited
}

// Start begins a life; it does not wait until the process is ready. It fails while one lasts.
func (p *Process) Start(ctx context.Context) error { return ctx.Err() }

// Ready waits until the process says that it is, and fails when it ends instead.
func (p *Process) Ready(ctx context.Context) error { return ctx.Err() }

// Kill ends it as kill -9 does, and returns when it has gone. It is harmless when it has.
func (p *Process) Kill() error { return nil }

// Signal sends a signal.
func (p *Process) Signal(sig os.Signal) error { return nil }

// Stop asks it to end with SIGTERM and waits for it; code is -1 when a signal ended it.
func (p *Process) Stop(ctx context.Context) (code int, took time.Duration, err error) {
	return 0, 0, ctx.Err()
}

// Alive says whether a life lasts.
func (p *Process) Alive() bool { return false }

// Ended is closed when the present life, or the last one, has ended.
func (p *Process) Ended() <-chan struct{} { return nil }

// Exit tells how the last life ended: the exit code, or 128 and the signal's number, as a shell does.
func (p *Process) Exit() int { return 0 }

// Pid is that of the present life, 0 when there is none.
func (p *Process) Pid() int { return 0 }

// Ops is the URL of its ops listener, without a slash at its end.
func (p *Process) Ops() string { return "" }

// HTTP is the URL of its public listener, without a slash at its end.
func (p *Process) HTTP() string { return "" }

// Log is the file of what it wrote, over all its lives.
func (p *Process) Log() string { return "" }

// RSS is its resident memory, bytes; 0 when it does not live.
func (p *Process) RSS() (int64, error) { return 0, nil }

// Env sets the further environment (NAME=value) of its next life only.
func (p *Process) Env(pairs ...string) {}

// Limit bounds its next life only. What the machine cannot do makes Start fail.
func (p *Process) Limit(l Limits) {}
