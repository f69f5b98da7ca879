package stage

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// stack runs the script that starts and stops the servers, and returns what it printed.
func (h *House) stack(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, h.cfg.Stack, args...) //nolint:gosec // the caller's own script
	cmd.Env = append(os.Environ(), "SLUICE_STACK_KAFKA_NODES=3", "SLUICE_STACK_PORTS=free", "SLUICE_STACK_WAIT=170",
		"SLUICE_STACK_ELASTIC_JAVA_OPTS="+elasticJava)
	if h.cfg.Cache != "" {
		cmd.Env = append(cmd.Env, "SLUICE_STACK_CACHE="+h.cfg.Cache)
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.WaitDelay = time.Second // the servers have not its output, but who knows
	if err := cmd.Run(); err != nil {
		return "", errors.Join(fmt.Errorf("stack %s: %w", args[0], err), lastOf(errs.String()))
	}
	return out.String(), nil
}

// elasticJava lets Elasticsearch start with a third of the work: it is started often here, and need not be fast.
const elasticJava = "-Xms512m -Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1"

// lastOf is the end of what a program complained of.
func lastOf(text string) error {
	const lines = 20
	all := strings.Split(strings.TrimSpace(text), "\n")
	if all[0] == "" {
		return nil
	}
	return errors.New(strings.Join(all[max(0, len(all)-lines):], "\n"))
}

// base is where the script keeps the servers.
func (h *House) base() string { return filepath.Join(h.cfg.Dir, "stack") }

func (h *House) home(name string) string { return filepath.Join(h.base(), name) }

func (h *House) startAll(ctx context.Context, servers []*Server) error {
	names := make([]string, len(servers))
	for i, s := range servers {
		names[i] = s.Name
	}
	_, err := h.stack(ctx, "start", strings.Join(names, ","), h.base())
	return err
}

// where asks the script for the servers' addresses, by the names of its variables.
func (h *House) where(ctx context.Context) (map[string]string, error) {
	text, err := h.stack(ctx, "env", h.base())
	if err != nil {
		return nil, err
	}
	return readExports(text), nil
}

// readExports reads lines such as: export NAME=VALUE.
func readExports(text string) map[string]string {
	found := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		pair, exported := strings.CutPrefix(lines.Text(), "export ")
		if name, value, ok := strings.Cut(pair, "="); ok && exported {
			found[name] = value
		}
	}
	return found
}
