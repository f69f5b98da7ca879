package child

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"sluice/internal/drill"
	"sluice/internal/drill/report"
	"sluice/internal/drill/script"
	"sluice/internal/drill/watch"
	"sluice/internal/printable"
)

// Commander makes runs of the binary that go direct to the servers; stage.Stage is one.
type Commander interface {
	Command(ctx context.Context, args ...string) *exec.Cmd
}

// LoadConfig says what is sent, and where.
type LoadConfig struct {
	Load   script.Load
	Seed   uint64        // above 0
	Lasts  time.Duration // at most: it is ended before
	To     string        // the gateway's URL
	Ops    []string      // URLs of the ops listeners of all pipelines processes
	Ledger string        // the file, which must not be there yet
	Begin  time.Duration // for the load to begin; 0 = 1 min
	End    time.Duration // for the load to end once it is asked to; 0 = 1 min
}

// Load is `sluice simulate`.
type Load struct {
	cfg      LoadConfig
	commands Commander
	cmd      *exec.Cmd
	stdout   bytes.Buffer
	ended    chan struct{}
	err      error // of Wait, once ended

	mu   sync.Mutex
	last string // line of stderr
}

// NewLoad makes one that has not begun.
func NewLoad(cfg LoadConfig, commands Commander) *Load {
	if cfg.Begin == 0 {
		cfg.Begin = time.Minute
	}
	if cfg.End == 0 {
		cfg.End = time.Minute
	}
	return &Load{cfg: cfg, commands: commands, ended: make(chan struct{})}
}

// Start returns the run's name once the load has said it. Its end is Stop's business, not ctx's.
func (l *Load) Start(ctx context.Context) (run string, err error) {
	l.cmd = l.commands.Command(context.WithoutCancel(ctx), l.args()...)
	apart(l.cmd)
	l.cmd.Stdout = &l.stdout
	stderr, err := l.cmd.StderrPipe()
	if err != nil {
		return "", fmt.Errorf("making a pipe: %w", err)
	}
	if err := l.cmd.Start(); err != nil {
		return "", fmt.Errorf("starting the load: %w", err)
	}
	said := make(chan string, 1)
	go func() {
		l.listen(stderr, said)
		l.err = l.cmd.Wait()
		close(l.ended)
	}()
	begin := time.NewTimer(l.cfg.Begin)
	defer begin.Stop()
	select {
	case run = <-said:
		return run, nil
	case <-l.ended:
		return "", fmt.Errorf("the load ended at once: %w: %s", l.err, l.words())
	case <-begin.C:
		err = errors.New("the load does not begin")
	case <-ctx.Done():
		err = ctx.Err()
	}
	return "", errors.Join(err, l.cmd.Process.Kill())
}

// maxLine bounds what is kept of a line, bytes.
const maxLine = 4096

// listen reads what the load says to its end; the run's name is in one of the first lines.
func (l *Load) listen(stderr io.Reader, said chan<- string) {
	named := regexp.MustCompile(`^sluice: run (\S+), ledger `)
	lines := bufio.NewReaderSize(stderr, maxLine)
	for {
		line, err := lines.ReadSlice('\n')
		if len(line) > 0 {
			l.mu.Lock()
			l.last = strings.TrimSpace(string(line))
			l.mu.Unlock()
		}
		if found := named.FindSubmatch(line); found != nil {
			select {
			case said <- string(found[1]):
			default:
			}
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

// words are its last ones.
func (l *Load) words() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return printable.Line(l.last)
}

// Ended is closed when the load has ended.
func (l *Load) Ended() <-chan struct{} { return l.ended }

// Stop ends it as ctrl-C does, and reads its summary.
func (l *Load) Stop(ctx context.Context) (drill.Sent, error) {
	if err := l.cmd.Process.Signal(syscall.SIGINT); err != nil {
		return drill.Sent{}, fmt.Errorf("the load ended by itself: %w: %s", err, l.words())
	}
	end := time.NewTimer(l.cfg.End)
	defer end.Stop()
	select {
	case <-l.ended:
	case <-ctx.Done():
		return drill.Sent{}, errors.Join(ctx.Err(), l.cmd.Process.Kill())
	case <-end.C:
		return drill.Sent{}, errors.Join(fmt.Errorf("the load did not end within %s", l.cfg.End), l.cmd.Process.Kill())
	}
	if l.err != nil {
		return drill.Sent{}, fmt.Errorf("the load failed: %w: %s", l.err, l.words())
	}
	return l.summary()
}

func (l *Load) summary() (sent drill.Sent, err error) {
	var said struct {
		report.Load
		Latency struct {
			P99 float64 `json:"p99"`
		} `json:"latency"`
	}
	if err := json.Unmarshal(l.stdout.Bytes(), &said); err != nil {
		return sent, fmt.Errorf("reading the load's summary: %w", err)
	}
	sent.Load = said.Load
	sent.Load.P99 = said.Latency.P99
	sent.Seen, err = watch.FromLoad(l.stdout.Bytes())
	return sent, err
}

// apart keeps a terminal's ctrl-C from a child: who ends it is the runner.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
