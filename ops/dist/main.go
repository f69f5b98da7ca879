package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

// run reads the flags and builds, or checks.
func run(ctx context.Context, args []string, said io.Writer) error {
	flags := flag.NewFlagSet("dist", flag.ContinueOnError)
	flags.SetOutput(said)
	out := flags.String("out", "dist", "directory that takes the archives; what is in it is replaced")
	commit := flags.String("commit", "HEAD", "commit to build: what is not committed is not in it")
	targets := flags.String("targets", strings.Join(allTargets(), ","), "platforms, comma separated")
	check := flags.Bool("check", false, "build twice, each time in a directory and with a build cache of its own, and compare")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := parseTargets(*targets)
	if err != nil {
		return err
	}
	r, err := newRelease(ctx, *commit, chosen, said)
	if err != nil {
		return err
	}
	if *check {
		return r.check(ctx)
	}
	return r.publish(ctx, *out)
}

// target is a platform as Go names it.
type target struct{ os, arch string }

func (t target) String() string { return t.os + "/" + t.arch }

func allTargets() []string {
	return []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64"}
}

func parseTargets(text string) ([]target, error) {
	var targets []target
	for name := range strings.SplitSeq(text, ",") {
		system, arch, ok := strings.Cut(name, "/")
		if !ok || system == "" || arch == "" {
			return nil, fmt.Errorf("target %q is not like linux/amd64", name)
		}
		targets = append(targets, target{system, arch})
	}
	if len(targets) == 0 {
		return nil, errors.New("no targets")
	}
	return targets, nil
}
