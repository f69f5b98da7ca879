package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Server is one broker of Kafka, Elasticsearch, a Redis or a Sentinel.
type Server struct {
	Name    string // kafka-1 to kafka-3, elastic, redis; where a stage has more of it, redis-1 to redis-3, sentinel-1 to sentinel-3
	address string
	keeper  keeper
}

// keeper starts servers again on what they left.
type keeper interface {
	// startAll starts those that do not run, together, and returns when all answer.
	startAll(ctx context.Context, servers []*Server) error
	// home is the directory that a server runs in, with its pid.
	home(name string) string
}

func (s *Server) called() string { return s.Name }

// Dir is the directory that it runs in.
func (s *Server) Dir() string { return s.keeper.home(s.Name) }

// Address is where it listens, host:port, past any way.
func (s *Server) Address() string { return s.address }

// Kill ends it as kill -9 does, and returns when it has gone. One that is frozen dies too.
func (s *Server) Kill(ctx context.Context) error { return s.end(ctx, syscall.SIGKILL) }

// Stop asks it to end, and returns when it has.
func (s *Server) Stop(ctx context.Context) error { return s.end(ctx, syscall.SIGTERM) }

func (s *Server) end(ctx context.Context, how syscall.Signal) error {
	if s.pid() == 0 {
		return nil
	}
	if err := s.signal(how); err != nil {
		return err
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for s.pid() != 0 {
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("ending %s: %w", s.Name, ctx.Err())
		}
	}
	return nil
}

// lookEvery is between two looks at something that gives no sign by itself.
const lookEvery = 20 * time.Millisecond

// Start starts it on the data that it left, and returns when it answers. It does nothing to one
// that runs. A broker answers no earlier than most of the three do: see StartAll.
func (s *Server) Start(ctx context.Context) error { return StartAll(ctx, []*Server{s}) }

// StartAll starts servers of one kind together, and returns when all answer.
func StartAll(ctx context.Context, servers []*Server) error {
	if len(servers) == 0 {
		return nil
	}
	names := make([]string, len(servers))
	for i, s := range servers {
		names[i] = s.Name
	}
	if err := servers[0].keeper.startAll(ctx, servers); err != nil {
		return fmt.Errorf("starting %s: %w", strings.Join(names, ", "), err)
	}
	return nil
}

// Freeze stops it where it is: its connections stay, and nothing is answered.
func (s *Server) Freeze() error { return s.signal(syscall.SIGSTOP) }

// Thaw lets it go on.
func (s *Server) Thaw() error { return s.signal(syscall.SIGCONT) }

// Alive says whether it runs, frozen or not.
func (s *Server) Alive() bool { return s.pid() != 0 }

// RSS is its resident memory, bytes; 0 when it does not run.
func (s *Server) RSS() (int64, error) { return residentOf(s.pid()) }

func (s *Server) signal(what syscall.Signal) error {
	pid := s.pid()
	if pid == 0 {
		return fmt.Errorf("sending %v to %s: it does not run", what, s.Name)
	}
	if err := syscall.Kill(pid, what); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("sending %v to %s: %w", what, s.Name, err)
	}
	return nil
}

// Pid is the number of its process, 0 when it does not run.
func (s *Server) Pid() int { return s.pid() }

// pid is the server's, 0 when it does not run. A number may have been given to another process
// since it was written down; the server's own is known by its directory, as the script knows it.
func (s *Server) pid() int {
	home := s.keeper.home(s.Name)
	text, err := os.ReadFile(filepath.Join(home, "pid"))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	at, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	real, there := filepath.EvalSymlinks(home)
	if err != nil || there != nil || at != real {
		return 0
	}
	return pid
}
