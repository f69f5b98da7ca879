package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"sluice/schemas"
)

// idCmd is `sluice id`.
type idCmd struct {
	New  idNewCmd  `cmd:"" help:"Make order ids."`
	Show idShowCmd `cmd:"" help:"Take order ids apart, and say where a member lives."`
}

// Help is the long text of --help.
func (idCmd) Help() string {
	return `An order id is 63 bits: 40 of milliseconds since 2018-01-01 UTC, 8 of the machine that made it, 9 of the member's gene, 6 of a sequence. The gene alone says where an order belongs.

Example:
  sluice id new --member M0000042 --machine 7
  sluice id show 2337000000000000000 --member M0000042`
}

// idNewCmd is `sluice id new`.
type idNewCmd struct {
	Member  string `help:"Whose orders they are: makes the gene; nobody's has gene 0." placeholder:"ID"`
	Count   int    `help:"How many, 1 to 1000000." default:"1"`
	Machine uint8  `help:"The number of this machine, 0 to 255: no two that make ids at one time may share it." default:"0"`
	JSON    bool   `help:"Print JSON, one object for each." name:"json"`
}

// Help is the long text of --help.
func (idNewCmd) Help() string {
	return `Ends once the clock has passed the last id, so that the next call cannot make one of them again: 64 take a millisecond.

Example:
  sluice id new --member M0000042 --count 3 --machine 7`
}

// maxNewIDs bounds one call: it lasts 16 s.
const maxNewIDs = 1_000_000

// Run makes and prints them.
func (c *idNewCmd) Run(ctx context.Context, p *process) error {
	if c.Count < 1 || c.Count > maxNewIDs {
		return usage(fmt.Errorf("--count: %d is not within 1 to %d", c.Count, maxNewIDs))
	}
	now := func() int64 { return time.Now().UnixMilli() }
	ids, err := schemas.NewOrderIDs(c.Machine, now)
	if err != nil {
		return err
	}
	var gene uint16
	if c.Member != "" {
		gene = schemas.Gene([]byte(c.Member))
	}
	out := bufio.NewWriter(p.stdout)
	var last int64
	for range c.Count {
		last = ids.Next(gene)
		if err := printID(out, last, c.JSON); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return passed(ctx, schemas.SplitOrderID(last).At)
}

// passed waits until the clock is behind that moment, ms.
func passed(ctx context.Context, at int64) error {
	timer := time.NewTimer(time.Until(time.UnixMilli(at + 1)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return errors.New("stopped before the clock had passed the last id: the next call may make some of them again")
	}
}

func printID(w io.Writer, id int64, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(idParts(id))
	}
	if _, err := fmt.Fprintln(w, id); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}
