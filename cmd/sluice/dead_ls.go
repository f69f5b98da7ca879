package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"sluice/internal/printable"
	"sluice/internal/requeue"
)

// deadLsCmd is `sluice dead ls`.
type deadLsCmd struct {
	configFlag
	deadChoice

	Each  bool  `help:"One line for each open letter, too."`
	Limit int64 `help:"Lines of --each at most; 0 = all." default:"100"`
	JSON  bool  `help:"Print JSON: one object, or with --each one more line for each letter before it." name:"json"`
}

// Help is the long text of --help.
func (deadLsCmd) Help() string {
	return `Reads every dead topic from its oldest letter: memory does not grow with their number. A letter is open until it is requeued or dropped; ` +
		`"tries" is how often an open one was requeued before and came back. An echo is a letter of a record that was requeued for another pipeline of ` +
		`the same topic: nothing is to be done about it.

Example:
  sluice dead ls
  sluice dead ls --pipeline gps-live --reason out_of_range --since 2h --each`
}

// letterLine is one letter of --each --json.
type letterLine struct {
	ID       string `json:"id"`
	At       int64  `json:"at"`
	Reason   string `json:"reason"`
	Stage    string `json:"stage"`
	Status   int    `json:"status,omitempty"`
	Attempts int    `json:"attempts"`
	Topic    string `json:"topic"`
	Offset   int64  `json:"offset"`
	Part     int32  `json:"partition"`
	Key      string `json:"key"`
	Bytes    int    `json:"bytes"`
	Detail   string `json:"detail"`
}

// Run counts and prints.
func (c *deadLsCmd) Run(ctx context.Context, p *process) (err error) {
	if err := notNegative("--limit", c.Limit); err != nil {
		return usage(err)
	}
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	filter, err := c.filter(cfg, nil)
	if err != nil {
		return usage(err)
	}
	boxes, err := newDeadBoxes(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, boxes.scanner.Close()) }()
	var survey requeue.Survey
	lines := &letterLines{w: p.stdout, json: c.JSON, limit: c.Limit}
	var each func(*requeue.Letter) error
	if c.Each {
		each = lines.print
	}
	for _, s := range c.pipelines(cfg, &filter) {
		if err := survey.Count(ctx, boxes.box(s.name), &filter, each); err != nil {
			return err
		}
	}
	if err := lines.end(); err != nil {
		return err
	}
	if len(survey.Heaps()) == 0 {
		if err := c.tellUnknown(ctx, p, boxes, c.pipelines(cfg, &filter)); err != nil {
			return err
		}
	}
	return c.print(p.stdout, &survey)
}

func (c *deadLsCmd) print(w io.Writer, survey *requeue.Survey) error {
	heaps := survey.Heaps()
	if c.JSON {
		return json.NewEncoder(w).Encode(map[string]any{"open": survey.Open(), "heaps": heaps})
	}
	var out strings.Builder
	wide := len("pipeline")
	for _, h := range heaps {
		wide = max(wide, len(h.Pipeline))
	}
	fmt.Fprintf(&out, "%-*s %-28s %-7s %9s %9s %9s %9s  %-24s  %-24s %5s\n",
		wide, "pipeline", "reason", "stage", "open", "requeued", "dropped", "echoes", "oldest open", "newest open", "tries")
	for _, h := range heaps {
		fmt.Fprintf(&out, "%-*s %-28s %-7s %9d %9d %9d %9d  %-24s  %-24s %5d\n",
			wide, h.Pipeline, safe(h.Reason, 40), safe(string(h.Stage), 20), h.Open, h.Requeued, h.Dropped, h.Echoes, stamp(h.Oldest), stamp(h.Newest), h.Attempts)
	}
	fmt.Fprintf(&out, "%d open\n", survey.Open())
	return write(w, out.String())
}

// letterLines prints letters as they are met.
type letterLines struct {
	w     io.Writer
	json  bool
	limit int64
	n     int64
}

func (l *letterLines) print(letter *requeue.Letter) error {
	l.n++
	if l.limit > 0 && l.n > l.limit {
		return nil
	}
	line := letterLine{
		ID: letter.ID.String(), At: letter.At, Reason: safe(letter.Reason, 40), Stage: safe(string(letter.Stage), 20), Status: letter.Status,
		Attempts: letter.Attempts, Topic: safe(letter.From.Topic, 250), Offset: letter.Offset, Part: letter.From.ID,
		Key: safe(string(letter.Record.Key), 64), Bytes: len(letter.Record.Value), Detail: safe(letter.Detail, 300),
	}
	if l.json {
		return json.NewEncoder(l.w).Encode(line)
	}
	if l.n == 1 {
		if err := write(l.w, fmt.Sprintf("%-24s %-24s %-28s %-7s %6s %5s %-16s %7s  %s\n", "id", "given up", "reason", "stage", "status", "tries", "key", "bytes", "detail")); err != nil {
			return err
		}
	}
	return write(l.w, fmt.Sprintf("%-24s %-24s %-28s %-7s %6d %5d %-16s %7d  %s\n",
		line.ID, stamp(line.At), line.Reason, line.Stage, line.Status, line.Attempts, line.Key, line.Bytes, line.Detail))
}

// end says what was left out.
func (l *letterLines) end() error {
	if l.json || l.n == 0 {
		return nil
	}
	if l.limit > 0 && l.n > l.limit {
		return write(l.w, fmt.Sprintf("… and %d more; --limit shows more of them\n\n", l.n-l.limit))
	}
	return write(l.w, "\n")
}

// safe is text of a letter as it may be printed.
func safe(text string, limit int) string { return printable.Bounded(text, limit) }

func write(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}
