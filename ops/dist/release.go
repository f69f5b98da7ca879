package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// release is one commit, to be built for its targets.
type release struct {
	commit  string // full hash
	version string // as git describes it
	at      time.Time
	targets []target
	said    io.Writer
}

// newRelease asks git what the commit is.
func newRelease(ctx context.Context, commit string, targets []target, said io.Writer) (*release, error) {
	r := &release{targets: targets, said: said}
	for _, ask := range []struct {
		into *string
		args []string
	}{
		{&r.commit, []string{"rev-parse", "--verify", commit + "^{commit}"}},
		{&r.version, []string{"describe", "--tags", "--always", "--abbrev=12", commit}},
	} {
		out, err := git(ctx, ask.args...)
		if err != nil {
			return nil, err
		}
		*ask.into = strings.TrimSpace(string(out))
	}
	out, err := git(ctx, "log", "-1", "--format=%ct", r.commit)
	if err != nil {
		return nil, err
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("reading the commit's time: %w", err)
	}
	r.at = time.Unix(seconds, 0).UTC()
	return r, nil
}

// publish builds into a fresh directory, which then takes the place of out.
func (r *release) publish(ctx context.Context, out string) (err error) {
	work, err := os.MkdirTemp("", "sluice-dist-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	sums, err := r.build(ctx, work, out+".new", "")
	if err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.Rename(out+".new", out); err != nil {
		return err
	}
	_, err = fmt.Fprintf(r.said, "%s in %s:\n%s", r.version, out, sums)
	return err
}

// check builds twice and compares the checksums.
func (r *release) check(ctx context.Context) (err error) {
	work, err := os.MkdirTemp("", "sluice-dist-check-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	var all [2][]byte
	for i, name := range []string{"one", "the/other, further down"} {
		dir := filepath.Join(work, name)
		if all[i], err = r.build(ctx, filepath.Join(dir, "source"), filepath.Join(dir, "dist"), filepath.Join(dir, "cache")); err != nil {
			return err
		}
	}
	if !bytes.Equal(all[0], all[1]) {
		return fmt.Errorf("the two builds differ:\n%s\n%s", all[0], all[1])
	}
	_, err = fmt.Fprintf(r.said, "%s: built twice, the same bytes:\n%s", r.version, all[0])
	return err
}

// build makes everything of the release in out, from the commit's files laid out in
// source, and returns the checksums. An empty cache is the go command's own.
func (r *release) build(ctx context.Context, source, out, cache string) ([]byte, error) {
	if err := errors.Join(os.RemoveAll(out), os.MkdirAll(out, 0o755), os.MkdirAll(source, 0o755)); err != nil { //nolint:gosec // for everybody to read
		return nil, err
	}
	if err := r.checkOut(ctx, source); err != nil {
		return nil, err
	}
	for _, t := range r.targets {
		if _, err := fmt.Fprintf(r.said, "building %s for %s\n", r.version, t); err != nil {
			return nil, err
		}
		if err := r.one(ctx, t, source, out, cache); err != nil {
			return nil, fmt.Errorf("%s: %w", t, err)
		}
	}
	return writeSums(out)
}

// one builds, examines, describes and archives the binary of a target.
func (r *release) one(ctx context.Context, t target, source, out, cache string) error {
	name := fmt.Sprintf("sluice_%s_%s_%s", r.version, t.os, t.arch)
	binary := filepath.Join(out, name+".bin")
	if err := r.compile(ctx, t, source, binary, cache); err != nil {
		return err
	}
	if err := examine(binary, t); err != nil {
		return err
	}
	if err := r.describe(ctx, binary, filepath.Join(out, name+".cdx.json")); err != nil {
		return err
	}
	files := []entry{
		{name: "sluice", from: binary, mode: 0o755},
		{name: "LICENSE", from: filepath.Join(source, "LICENSE"), mode: 0o644},
		{name: "README.md", from: filepath.Join(source, "README.md"), mode: 0o644},
	}
	if err := writeArchive(filepath.Join(out, name+".tar.gz"), name, files, r.at); err != nil {
		return err
	}
	return os.Remove(binary)
}

// git runs git and returns what it says.
func git(ctx context.Context, args ...string) ([]byte, error) {
	out, err := exec.CommandContext(ctx, "git", args...).Output() //nolint:gosec // our own arguments
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", args[0], complaint(err))
	}
	return out, nil
}

// complaint is what a command that failed had to say.
func complaint(err error) error {
	if failed, ok := errors.AsType[*exec.ExitError](err); ok && len(failed.Stderr) > 0 {
		return fmt.Errorf("%w: %s", err, bytes.TrimSpace(failed.Stderr))
	}
	return err
}
