package child

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/internal/drill"
	"sluice/internal/drill/report"
	"sluice/internal/printable"
)

// VerifyConfig says what is proved, and who is asked.
type VerifyConfig struct {
	Ledger string
	To     string        // the gateway's URL
	Query  string        // the query API's URL
	Ops    []string      // URLs of the ops listeners of all pipelines processes
	Wait   time.Duration // for the pipelines to be done
	Reject float64       // share of the records that the store is made to reject, sound as they are; 0 = none

	Logs map[string]string // files in which those who ended said what they had counted, by the URLs of their ops listeners
}

// Verify is `sluice simulate verify`.
type Verify struct {
	cfg      VerifyConfig
	commands Commander
}

// NewVerify makes one.
func NewVerify(cfg VerifyConfig, commands Commander) *Verify {
	return &Verify{cfg: cfg, commands: commands}
}

// foundCode is the exit code that says that an assertion fails.
const foundCode = 3

// Prove runs it. Assertions that fail are in the proof, and no error.
func (v *Verify) Prove(ctx context.Context, lost []string) (drill.Proof, error) {
	args := []string{
		"simulate", "verify", v.cfg.Ledger, "--json", "--to", v.cfg.To, "--query", v.cfg.Query,
		"--ops", strings.Join(v.cfg.Ops, ","), "--wait", v.cfg.Wait.String(),
	}
	for _, url := range slices.Sorted(maps.Keys(v.cfg.Logs)) {
		args = append(args, "--log", url+"="+v.cfg.Logs[url])
	}
	if v.cfg.Reject > 0 {
		args = append(args, "--rejected", strconv.FormatFloat(v.cfg.Reject, 'g', -1, 64))
	}
	for _, file := range lost {
		args = append(args, "--lost", file)
	}
	cmd := v.commands.Command(ctx, args...)
	apart(cmd)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	exit, ended := errors.AsType[*exec.ExitError](err)
	if err != nil && (!ended || exit.ExitCode() != foundCode) {
		return drill.Proof{}, fmt.Errorf("running simulate verify: %w: %s", err, printable.Line(stderr.String()))
	}
	var said struct {
		Assertions []report.Assertion `json:"assertions"`
		Notes      []string           `json:"notes"`
	}
	if err := json.Unmarshal(stdout.Bytes(), &said); err != nil {
		return drill.Proof{}, fmt.Errorf("reading what simulate verify found: %w", err)
	}
	return drill.Proof{Assertions: said.Assertions, Notes: said.Notes}, nil
}
