package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// builder compiles what is tried, the product as it is or one mutant of it.
type builder struct {
	root    string // of the repository
	dir     string // for what it makes
	overlay string
}

// newBuilder plants the mutants beside the repository, which is the working directory.
func newBuilder(mutants []*mutant) (*builder, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("finding the repository: %w", err)
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return nil, fmt.Errorf("making a directory: %w", err)
	}
	b := &builder{root: root, dir: dir}
	if b.overlay, err = plant(root, dir, mutants); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// close removes all that was made.
func (b *builder) close() error { return os.RemoveAll(b.dir) }

// product builds sluice, with the mutant or without.
func (b *builder) product(ctx context.Context, m *mutant, planted bool) (string, error) {
	return b.build(ctx, m, planted, "sluice", "./cmd/sluice", "build")
}

// simulation builds the tests of the simulation.
func (b *builder) simulation(ctx context.Context, m *mutant, planted bool) (string, error) {
	return b.build(ctx, m, planted, "simulation.test", "./pipelines/simulation", "test", "-c")
}

func (b *builder) build(ctx context.Context, m *mutant, planted bool, name, what string, verb ...string) (string, error) {
	tags := ""
	if planted {
		tags = m.tag()
	}
	out := filepath.Join(b.dir, place(m, planted), name)
	if _, err := os.Stat(out); err == nil {
		return out, nil
	}
	args := append(verb, "-overlay", b.overlay, "-tags", tags, "-o", out, what)
	if said, err := command(ctx, b.root, nil, "go", args...); err != nil {
		return "", fmt.Errorf("building %s of %s: %w\n%s", name, place(m, planted), err, said)
	}
	return out, nil
}

// place is the directory of a build, in the builder's.
func place(m *mutant, planted bool) string {
	if !planted {
		return "product"
	}
	return m.name
}

// command runs a program to its end and returns all that it said. When ctx ends it is asked to end.
func command(ctx context.Context, dir string, environ []string, name string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, name, args...) //nolint:gosec // the go command, and what it has built here
	c.Dir, c.Env = dir, append(os.Environ(), environ...)
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = waitDelay
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	err := c.Run()
	return said.String(), err
}

// waitDelay is from the wish that a program ends to its end by force.
const waitDelay = 20 * time.Second

// exitCode is a program's that ran and ended by itself; false for any other error.
func exitCode(err error) (int, bool) {
	if err == nil {
		return 0, true
	}
	ended, ok := errors.AsType[*exec.ExitError](err)
	if !ok || !ended.Exited() {
		return 0, false
	}
	return ended.ExitCode(), true
}
