// Command sluice carries a platform's streams from Kafka into the stores where people and
// services look things up: one binary for the gateway, the pipelines and the query API.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"sluice/internal/kafka"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // command line or configuration
	exitFound  = 3 // a check found something
)

// commands are the sub-commands, a file each.
type commands struct {
	Up        upCmd        `cmd:"" help:"Run everything in one process, with nothing to install; --demo brings a city to life."`
	Run       runCmd       `cmd:"" help:"Run one or more roles on real servers: gateway, query, pipelines, or all."`
	Setup     setupCmd     `cmd:"" help:"Make the topics, templates and indices that are missing. Harmless when run again."`
	Send      sendCmd      `cmd:"" help:"Send pings from CSV, GPX or NDJSON files through the gateway."`
	Simulate  simulateCmd  `cmd:"" help:"Send a load of simulated drivers with a ledger, and prove later what became of each record."`
	Dead      deadCmd      `cmd:"" help:"Look at dead letters, put them back on their topic, or drop them."`
	Replay    replayCmd    `cmd:"" help:"Carry a time range of a topic along a pipeline once more, into the same index or a shadow."`
	Lag       lagCmd       `cmd:"" help:"Say how far each pipeline is behind, per partition."`
	Health    healthCmd    `cmd:"" help:"Ask the process beside it whether it is ready: a health check for containers."`
	Bench     benchCmd     `cmd:"" help:"Measure sluice beside the limits of this machine."`
	Drill     drillCmd     `cmd:"" help:"Hurt a running installation on purpose, and prove that nothing is lost."`
	Reconcile reconcileCmd `cmd:"" help:"Compare member levels with the order index, order by order, and mend what differs."`
	Config    configCmd    `cmd:"" help:"Print, check or document the configuration."`
	Doctor    doctorCmd    `cmd:"" help:"Check every server, topic, template, setting, clock, disk and permission, and say how to mend what is found."`
	Rules     rulesCmd     `cmd:"" help:"Print, check, compare or apply the rules of member levels."`
	ID        idCmd        `cmd:"" name:"id" help:"Make order ids, or take them apart."`
	Version   versionCmd   `cmd:"" help:"Say which binary this is."`
}

// process is what a command may touch of the world around it.
type process struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environ        []string
}

func main() {
	kafka.Prepare(maxUnpackedBatch)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	p := &process{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ()}
	os.Exit(p.execute(ctx, os.Args[1:]))
}

// execute runs one command line and returns the exit code.
func (p *process) execute(ctx context.Context, args []string) int {
	exited := -1
	parser, err := kong.New(&commands{},
		kong.Name("sluice"), kong.Description(description), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Writers(p.stdout, p.stderr), kong.Exit(func(code int) { exited = code }),
		kong.Vars{"benchRows": benchRows()}, kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(p))
	if err != nil {
		return p.fail(err)
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		return p.fail(usage(fmt.Errorf("%w\n  see: %s --help", err, reached(err))))
	}
	return p.fail(parsed.Run())
}

// reached is the command line as far as it was understood.
func reached(err error) string {
	if wrong, ok := errors.AsType[*kong.ParseError](err); ok {
		if command := wrong.Context.Command(); command != "" {
			return "sluice " + command
		}
	}
	return "sluice"
}

// fail says what went wrong and picks the exit code.
func (p *process) fail(err error) int {
	if err == nil {
		return exitDone
	}
	p.tell(err.Error())
	var wrong *usageError
	switch {
	case errors.As(err, &wrong):
		return exitUsage
	case errors.Is(err, errFound), errors.Is(err, errBenchMissed):
		return exitFound
	default:
		return exitFailed
	}
}
