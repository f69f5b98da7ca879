package stage

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"sluice/internal/drill/script"
	"sluice/internal/resp"
)

// Primary is what the Sentinels of a stage call the primary.
const Primary = "main"

// Fleet is several Redis servers that belong together: redis-1, redis-2, …, sentinel-1, …. What one is told at its first
// start is in its file, where it also writes what it is told later.
type Fleet struct {
	dir     string
	ports   ports
	servers []*Server
	ended   sync.WaitGroup // processes
}

// OpenFleet starts the servers of a layout below a directory; it returns when they have found one another. What it has
// started is there to be closed, also when it fails.
func OpenFleet(ctx context.Context, dir string, layout script.Layout) (*Fleet, error) {
	f := &Fleet{dir: dir}
	if _, err := exec.LookPath(redisProgram); err != nil {
		return f, fmt.Errorf("%w: %w", ErrCannot, err)
	}
	lay := map[script.Layout]func(context.Context) error{script.Single: f.laySingle, script.Sentinel: f.laySentinel, script.Cluster: f.layCluster}[layout]
	if err := lay(ctx); err != nil {
		return f, fmt.Errorf("laying out Redis: %w", err)
	}
	return f, nil
}

// Servers are those of a kind (redis, sentinel), or the one of that name; none if there is none.
func (f *Fleet) Servers(on string) []*Server { return named(f.servers, on) }

const redisProgram = "redis-server"

// add makes a server with such a file, which does not run yet.
func (f *Fleet) add(name string, lines ...string) (*Server, error) {
	address, err := f.ports.address()
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	s := &Server{Name: name, address: address, keeper: f}
	lines = append([]string{"port " + port, "bind " + host, "dir " + f.home(name)}, lines...)
	if err := os.MkdirAll(f.home(name), 0o750); err != nil {
		return nil, err
	}
	if err := os.WriteFile(f.file(name), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		return nil, err
	}
	f.servers = append(f.servers, s)
	return s, nil
}

func (f *Fleet) home(name string) string { return filepath.Join(f.dir, name) }

func (f *Fleet) file(name string) string { return filepath.Join(f.home(name), "redis.conf") }

func (f *Fleet) startAll(ctx context.Context, servers []*Server) error {
	for _, s := range servers {
		if s.Alive() {
			continue
		}
		if err := f.launch(s.Name); err != nil {
			return err
		}
	}
	for _, s := range servers {
		err := eventually(ctx, s.Name+" answers", func(ctx context.Context) error {
			_, err := resp.Ask(ctx, s.address, "PING")
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// launch begins the process of a server, and writes its number where Server looks for it.
func (f *Fleet) launch(name string) error {
	out, err := os.OpenFile(filepath.Join(f.home(name), "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	args := []string{f.file(name)}
	if strings.HasPrefix(name, sentinelName) {
		args = append(args, "--sentinel")
	}
	cmd := exec.Command(redisProgram, args...) //nolint:gosec,noctx // a file of our own; it outlives the call
	cmd.Dir, cmd.Stdout, cmd.Stderr = f.home(name), out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // ctrl-C on the runner's terminal is not its
	if err := cmd.Start(); err != nil {
		return errors.Join(err, out.Close())
	}
	f.ended.Go(func() {
		_ = cmd.Wait() // how it ends is nobody's question: it is killed
		_ = out.Close()
	})
	return os.WriteFile(filepath.Join(f.home(name), "pid"), []byte(strconv.Itoa(cmd.Process.Pid)), 0o600)
}

// Close ends all of them; their data stays with what is looked at afterwards.
func (f *Fleet) Close(ctx context.Context) error {
	var errs []error
	for _, s := range f.servers {
		errs = append(errs, s.Kill(ctx))
	}
	f.ended.Wait()
	return errors.Join(errs...)
}

// eventually asks until there is nothing to complain of. When ctx ends, the last complaint is the error.
func eventually(ctx context.Context, what string, ask func(ctx context.Context) error) error {
	look := time.NewTicker(readyEvery)
	defer look.Stop()
	for {
		err := ask(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w", what, errors.Join(ctx.Err(), err))
		}
	}
}
