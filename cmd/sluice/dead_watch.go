package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"sluice/internal/requeue"
	"sluice/internal/telemetry"
)

// deadWatch counts letters where a person watches, and says why some failed.
type deadWatch struct {
	process *process
	bar     *progressbar.ProgressBar // nil when nobody watches

	mu     sync.Mutex
	failed int
}

// maxDeadLines is how many failures are told one by one.
const maxDeadLines = 20

func newDeadWatch(p *process, done string) *deadWatch {
	w := &deadWatch{process: p}
	if telemetry.IsTerminal(p.stderr) {
		w.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(p.stderr), progressbar.OptionSetDescription("letters "+done),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	return w
}

// Settled counts one letter, or says why it is still open.
func (w *deadWatch) Settled(_ requeue.ID, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.failed++
		if w.failed <= maxDeadLines {
			w.process.tell(err.Error())
		}
		return
	}
	if w.bar != nil {
		_ = w.bar.Add(1) // a bar that cannot be drawn must not stop the work
	}
}

func (w *deadWatch) end() {
	if w.bar != nil {
		_ = w.bar.Finish() // as above
	}
	if w.failed > maxDeadLines {
		w.process.tell(fmt.Sprintf("… and %d more", w.failed-maxDeadLines))
	}
}

// confirm asks a person; without one the answer has to be --yes.
func (p *process) confirm(question string) error {
	file, ok := p.stdin.(*os.File)
	if !ok || !telemetry.IsTerminal(file) {
		return usage(errors.New("nobody can be asked: say --yes"))
	}
	p.tell(question + " [y/N]")
	answer, err := bufio.NewReader(io.LimitReader(file, 64)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if word := strings.ToLower(strings.TrimSpace(answer)); word != "y" && word != "yes" {
		return errors.New("nothing was done")
	}
	return nil
}
