package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"sluice/schemas/rules"
)

type rulesDiffCmd struct {
	configFlag
	Old     string `arg:"" help:"The rules in force."`
	New     string `arg:"" help:"The rules to come."`
	Members bool   `help:"Count the members who would have another level now; it changes nothing."`
	Data    string `help:"With --members, the data directory of sluice up, which must not run meanwhile; without it Redis." placeholder:"DIR" type:"path"`
	JSON    bool   `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (rulesDiffCmd) Help() string {
	return `A line for each value that differs; "moves" marks those by which members may have another level. Exit code 3 when both files have one version, and differ.

Example:
  sluice rules diff old.yaml levels.yaml
  sluice rules diff old.yaml levels.yaml --members`
}

// rulesDiff is the answer of --json.
type rulesDiff struct {
	From    string         `json:"from"` // versions
	To      string         `json:"to"`
	Moves   bool           `json:"moves"` // members may have another level
	Changes []rules.Change `json:"changes"`
	Members *movedMembers  `json:"members,omitempty"` // with --members
}

// Run compares.
func (c *rulesDiffCmd) Run(ctx context.Context, p *process) error {
	if c.Data != "" && !c.Members {
		return usage(errors.New("--data says where --members counts: add --members, or leave out --data"))
	}
	from, errOld := readRules(c.Old)
	to, errNew := readRules(c.New)
	if err := errors.Join(errOld, errNew); err != nil {
		return usage(err)
	}
	diff := rulesDiff{From: from.Version, To: to.Version, Changes: rules.Diff(from, to)}
	for _, change := range diff.Changes {
		diff.Moves = diff.Moves || change.Moves
	}
	if c.Members {
		moved, err := c.countMoves(ctx, p)
		if err != nil {
			return err
		}
		diff.Members = moved
	}
	if err := diff.print(p.stdout, c.JSON); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	if len(diff.Changes) > 0 && from.Version == to.Version {
		return fmt.Errorf("%w: both files are version %s: announcements could not be told apart", errFound, from.Version)
	}
	return nil
}

func (d *rulesDiff) print(w io.Writer, asJSON bool) error {
	if asJSON {
		if d.Changes == nil {
			d.Changes = []rules.Change{}
		}
		return json.NewEncoder(w).Encode(d)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, change := range d.Changes {
		moves := "-"
		if change.Moves {
			moves = "moves"
		}
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\t-> %s\n", moves, change.Place, orDash(change.From), orDash(change.To)); err != nil {
			return err
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	said := "no level moves"
	if d.Moves {
		said = "members may have another level"
	}
	if _, err := fmt.Fprintf(w, "version %s -> %s: %s, %s\n", d.From, d.To, count(len(d.Changes), "difference"), said); err != nil || d.Members == nil {
		return err
	}
	_, err := io.WriteString(w, d.Members.String())
	return err
}
