package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/internal/drill"
	"sluice/internal/drill/report"
	"sluice/internal/drill/script"
)

// drillRunCmd plays drills.
type drillRunCmd struct {
	drillsFlag
	Files    []string      `arg:"" optional:"" name:"file" placeholder:"FILE" help:"Drills: files, or names of those in --drills."`
	All      bool          `help:"Every drill that is not long."`
	Short    bool          `help:"The short set, of a few minutes."`
	Load     string        `help:"Of --all and --short only those with a load of pings, or of orders." enum:",pings,orders" default:""`
	Random   bool          `help:"Faults drawn by chance under one load with one ledger."`
	Seed     uint64        `help:"Decides what is drawn, and who misbehaves in the load; 0 = by chance, and printed."`
	For      time.Duration `help:"How long a random campaign lasts." default:"1h"`
	Rate     float64       `help:"Pings a second of a random campaign." default:"400"`
	Drivers  int           `help:"Drivers of a random campaign." default:"2000"`
	Together int           `help:"Faults at once in a random campaign, at most." default:"3"`
	Times    int           `help:"How often each drill's faults are injected, within its one ledger." default:"1"`
	Binary   string        `help:"The sluice that is tried; without it this one. Drills with failpoints need one that was built with -tags failpoints." placeholder:"FILE" type:"path"`
	Stack    string        `help:"The script that starts the servers." default:"ops/stack/stack" placeholder:"FILE" type:"path"`
	Report   string        `help:"Directory of report, ledgers and logs; it is made." default:"drill-report" placeholder:"DIR" type:"path"`
	Keep     bool          `help:"Keep the logs of drills that held, too."`
}

// Help is the long text of --help.
func (drillRunCmd) Help() string {
	return `Starts three Kafka brokers and an Elasticsearch on loopback (Linux, Java 17, Maven), and for each drill sluice's processes and a load. Faults are injected, held and healed; ` +
		`after each healing a fresh ping has to be found. Then the ledger is proved, the processes are stopped, and everything they had has to be committed. ` +
		`Prints a line a drill, and writes report.json and report.html. Exit code 3 when anything does not hold.

Example:
  sluice drill run kill-elastic --times 3
  sluice drill run --all --times 3 --report drill-report
  sluice drill run --random --seed 7 --for 1h --rate 5000`
}

// Run plays and writes the report.
func (c *drillRunCmd) Run(ctx context.Context, p *process) (err error) {
	drills, err := c.chosen()
	if err != nil {
		return err
	}
	if c.Seed == 0 {
		c.Seed = randomSeed()
	}
	house, err := c.house(p)
	if err != nil {
		return err
	}
	teller := newDrillTeller(p)
	defer teller.end()
	theatre := &drillTheatre{house: house, binary: c.Binary, report: c.Report, lasts: c.lasts()}
	logs, err := newBrokerLogs(teller, house, c.Report)
	if err != nil {
		return err
	}
	runner, err := drill.New(drill.Config{Times: c.Times, Seed: c.Seed, Prove: c.prove()}, theatre, logs)
	if err != nil {
		return usage(err)
	}
	said := report.Campaign{Command: c.command(), Seed: c.Seed, Times: c.Times, Began: time.Now()}
	p.tell("seed " + strconv.FormatUint(c.Seed, 10) + "; starting the servers")
	err = house.Open(ctx)
	if err == nil {
		said.Versions, err = c.versions(ctx, house)
	}
	if err != nil {
		return errors.Join(err, closeHouse(ctx, house))
	}
	if c.Random {
		err = c.random(ctx, p, runner, drills, &said)
	} else {
		said.Drills = runner.Run(ctx, drills)
	}
	teller.end()
	return errors.Join(err, closeHouse(ctx, house), c.tidy(said.Drills), c.conclude(p.stdout, &said, len(drills)))
}

// random draws the schedule, shows it and plays it.
func (c *drillRunCmd) random(ctx context.Context, p *process, runner *drill.Runner, drills []script.Drill, said *report.Campaign) error {
	rounds := drill.Schedule(drill.Chance{Seed: c.Seed, Together: c.Together, Lasts: c.For}, drills)
	for i := range rounds {
		said.Schedule = append(said.Schedule, fmt.Sprintf("%d: %s", i+1, rounds[i].String()))
	}
	if _, err := io.WriteString(p.stdout, strings.Join(said.Schedule, "\n")+"\n"); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	all := c.campaign(drills)
	said.Drills = []report.Drill{runner.Random(ctx, &all, rounds, c.For)}
	return nil
}

// campaign is all drills in one, under the load that is asked for.
func (c *drillRunCmd) campaign(drills []script.Drill) script.Drill {
	all := drill.Together(drills)
	all.Load.Rate, all.Load.Drivers = c.Rate, c.Drivers
	return all
}

// chosen reads the drills that are asked for.
func (c *drillRunCmd) chosen() ([]script.Drill, error) {
	if n := len(slices.DeleteFunc([]bool{c.All, c.Short, c.Random, len(c.Files) > 0}, func(asked bool) bool { return !asked })); n != 1 {
		return nil, usage(errors.New("want drills by name, or one of --all, --short and --random"))
	}
	if c.Together < 1 || c.For <= 0 {
		return nil, usage(errors.New("--together and --for must be above 0"))
	}
	if c.Load != "" && !c.All && !c.Short {
		return nil, usage(errors.New("--load picks among --all or --short"))
	}
	if len(c.Files) > 0 {
		return c.named(c.Files)
	}
	drills, err := c.all()
	if err != nil {
		return nil, err
	}
	drills = slices.DeleteFunc(drills, func(d script.Drill) bool {
		return d.Long || c.Short && !d.Short || c.Random && !d.Random || c.Load != "" && c.Load != loadOf(&d)
	})
	if len(drills) == 0 {
		return nil, usage(fmt.Errorf("no drill of %s is in that set", c.Drills))
	}
	if c.Random { // before servers are started for it
		all := c.campaign(drills)
		if err := all.Validate(); err != nil {
			return nil, usage(err)
		}
	}
	return drills, nil
}

func loadOf(d *script.Drill) string {
	if d.Load.OfOrders() {
		return "orders"
	}
	return "pings"
}

// lasts is how long a load may be needed, at most.
func (c *drillRunCmd) lasts() time.Duration {
	if c.Random {
		return c.For + 30*time.Minute
	}
	return 2 * time.Hour
}

// prove is how long a ledger may take to be proved: that of a campaign has everything that it sent.
func (c *drillRunCmd) prove() time.Duration {
	if c.Random {
		return 10*time.Minute + c.For
	}
	return 0 // as usual
}

// command is what was asked for, in a line.
func (c *drillRunCmd) command() string {
	words := append([]string{"sluice drill run"}, c.Files...)
	for _, flag := range []struct {
		given bool
		text  string
	}{
		{c.All, "--all"},
		{c.Short, "--short"},
		{c.Random, fmt.Sprintf("--random --for %s --rate %g --drivers %d --together %d", c.For, c.Rate, c.Drivers, c.Together)},
		{c.Load != "", "--load " + c.Load},
		{c.Times > 1, fmt.Sprintf("--times %d", c.Times)},
		{true, fmt.Sprintf("--seed %d", c.Seed)},
	} {
		if flag.given {
			words = append(words, flag.text)
		}
	}
	return strings.Join(words, " ")
}

// conclude writes the report and finds what does not hold.
func (c *drillRunCmd) conclude(w io.Writer, said *report.Campaign, asked int) error {
	said.Ended = time.Now()
	said.Verdict = drill.Verdict(said.Drills)
	if len(said.Drills) < asked && !c.Random && said.Verdict == report.Held {
		said.Verdict = report.Stopped
	}
	if err := os.MkdirAll(c.Report, 0o755); err != nil { //nolint:gosec // a report is for everybody
		return fmt.Errorf("writing the report: %w", err)
	}
	err := report.Write(c.Report, said)
	text := report.Summary(said) + "\n"
	if err == nil {
		text += "report: " + filepath.Join(c.Report, report.PageName) + "\n"
	}
	if _, printing := io.WriteString(w, text); printing != nil {
		err = errors.Join(err, fmt.Errorf("printing: %w", printing))
	}
	switch said.Verdict {
	case report.Held:
		return err
	case report.Cannot:
		return errors.Join(err, errors.New("nothing is proved: none of it can be had on this machine"))
	case report.Stopped:
		return errors.Join(err, errors.New("interrupted: nothing is proved, run it again"))
	case report.Failed:
	}
	return errors.Join(err, fmt.Errorf("%w: not everything holds", errFound))
}
