package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"sluice/internal/printable"
	"sluice/internal/requeue"
	"sluice/internal/settings"
	"sluice/internal/telemetry"
)

// deadShowCmd is `sluice dead show`.
type deadShowCmd struct {
	configFlag
	IDs   []string `arg:"" name:"id" placeholder:"ID" help:"pipeline/partition/offset, as ls --each prints them."`
	Limit string   `help:"Bytes of a value that are shown." default:"4KiB" placeholder:"SIZE"`
	Hex   bool     `help:"Show the value as a hex dump." xor:"form"`
	Raw   bool     `help:"Write the exact bytes of the value and nothing else: for a pipe, never to a terminal." xor:"form"`
}

// Help is the long text of --help.
func (deadShowCmd) Help() string {
	return `Text is shown with control, direction and invisible characters escaped, and bytes that are no UTF-8 as \xNN: it can do nothing to a terminal. ` +
		`Exit code 3 when a letter is not there.

Example:
  sluice dead show gps-live/3/1234
  sluice dead show gps-live/3/1234 --raw | jq .`
}

// Run reads and prints.
func (c *deadShowCmd) Run(ctx context.Context, p *process) (err error) {
	limit, err := settings.ParseSize(c.Limit)
	if err != nil {
		return usage(fmt.Errorf("--limit: %w", err))
	}
	if c.Raw && telemetry.IsTerminal(p.stdout) {
		return usage(errors.New("--raw writes bytes that nobody has checked: send them into a file or a pipe"))
	}
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	filter, err := (&deadChoice{}).filter(cfg, c.IDs)
	if err != nil {
		return usage(err)
	}
	boxes, err := newDeadBoxes(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, boxes.scanner.Close()) }()
	var missing []error
	for i, id := range filter.IDs {
		found, there, err := boxes.box(id.Pipeline).Find(ctx, id)
		switch {
		case err != nil:
			return err
		case !there:
			missing = append(missing, fmt.Errorf("%w: %v is no letter: deleted, gone by retention, or never one", errFound, id))
		case c.Raw:
			err = write(p.stdout, string(found.Letter.Record.Value))
		default:
			err = write(p.stdout, c.text(found, int(limit), i > 0))
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(missing...)
}

// text is one letter for a person.
func (c *deadShowCmd) text(f *requeue.Found, limit int, another bool) string {
	l := &f.Letter
	var b strings.Builder
	if another {
		b.WriteString("\n")
	}
	line := func(name, value string) { fmt.Fprintf(&b, "%-12s %s\n", name, value) }
	line("letter", l.ID.String())
	state := string(f.State)
	switch f.State {
	case requeue.Open:
	case requeue.Echo:
		state += " of a record that was requeued for " + safe(l.For, 100)
	case requeue.Requeued, requeue.Dropped:
		state += " " + stamp(f.Mark.At) + " by " + safe(f.Mark.Who, 100)
	}
	line("state", state)
	line("reason", safe(l.Reason, 100))
	line("stage", safe(string(l.Stage), 20))
	if l.Status != 0 {
		line("status", strconv.Itoa(l.Status))
	}
	line("detail", safe(l.Detail, 1000))
	line("given up", stamp(l.At))
	line("requeued", count(l.Attempts, "time")+" before")
	line("from", fmt.Sprintf("%s/%d at offset %d", safe(l.From.Topic, 250), l.From.ID, l.Offset))
	line("written", stamp(l.Written))
	line("key", safe(string(l.Record.Key), 256))
	for _, h := range l.Record.Headers {
		if !strings.HasPrefix(h.Key, "dead-") {
			line("header", safe(h.Key, 100)+": "+safe(string(h.Value), 256))
		}
	}
	line("value", count(len(l.Record.Value), "byte"))
	b.WriteString(c.value(l.Record.Value, limit))
	return b.String()
}

func (c *deadShowCmd) value(value []byte, limit int) string {
	if !c.Hex {
		text, more := printable.Escape(value, limit)
		if more > 0 {
			return fmt.Sprintf("%s\n… and %d bytes more; --limit shows more, --raw all\n", text, more)
		}
		return text + "\n"
	}
	if limit > 0 && len(value) > limit {
		return hex.Dump(value[:limit]) + fmt.Sprintf("… and %d bytes more\n", len(value)-limit)
	}
	return hex.Dump(value)
}
