package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// run is called in the repository's root.
func run(ctx context.Context, args []string, out, said io.Writer) (err error) {
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	flags.SetOutput(said)
	only := flags.String("only", "", "names of mutants, comma separated; without it all")
	by := flags.String("by", "simulation,load,drill", "catchers, comma separated")
	seeds := flags.Int("seeds", 2000, "of the simulation")
	if err := flags.Parse(args); err != nil {
		return err
	}
	all, err := readMutants(os.DirFS(directory))
	if err != nil {
		return err
	}
	if all, err = choose(all, *only); err != nil {
		return err
	}
	b, err := newBuilder(all)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	catchers, err := catchersOf(strings.Split(*by, ","), b, all, *seeds)
	if err != nil {
		return err
	}
	c := &campaign{out: out, catchers: catchers, mutants: all}
	return c.run(ctx)
}

// directory holds the mutants, from the repository's root.
const directory = "ops/mutants"

// choose picks those named.
func choose(all []*mutant, only string) ([]*mutant, error) {
	if only == "" {
		return all, nil
	}
	var chosen []*mutant
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(all, func(m *mutant) bool { return m.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no mutant %q", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func catchersOf(names []string, b *builder, mutants []*mutant, seeds int) ([]catcher, error) {
	var all []catcher
	for _, name := range names {
		switch name {
		case "simulation":
			all = append(all, &simulation{build: b, seeds: seeds})
		case "load":
			l, err := newLoad(b, os.Getenv)
			if err != nil {
				return nil, err
			}
			all = append(all, l)
		case "drill":
			all = append(all, &drills{build: b, mutants: mutants})
		default:
			return nil, fmt.Errorf("there is no catcher %q", name)
		}
	}
	return all, nil
}
