package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"sluice/internal/simulate/verify"
)

// conclude prints what was found, and says whether all of it is well.
func (c *simulateVerifyCmd) conclude(ctx context.Context, p *process, report *verify.Report, err error) error {
	switch {
	case err != nil && ctx.Err() != nil:
		return errors.New("interrupted: nothing is proved, run it again")
	case err != nil:
		return err
	}
	if err := c.print(p.stdout, report); err != nil {
		return err
	}
	if n := report.Failed(); n > 0 {
		return fmt.Errorf("%w: %s", errFound, countDoing(int64(n), "assertion", "fails", "fail"))
	}
	return nil
}

func (c *simulateVerifyCmd) print(w io.Writer, r *verify.Report) error {
	if c.JSON {
		if err := json.NewEncoder(w).Encode(r); err != nil {
			return fmt.Errorf("printing: %w", err)
		}
		return nil
	}
	var b strings.Builder
	for _, a := range r.Assertions {
		fmt.Fprintf(&b, "%-4s %-13s %-6s %s\n", a.ID, a.Name, a.State, a.Detail)
		for _, first := range a.First {
			fmt.Fprintf(&b, "     %s\n", first)
		}
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	fmt.Fprintf(&b, "run %s: %d of %d assertions fail; waited %.1f s, read and judged for %.1f s\n",
		r.Run, r.Failed(), len(r.Assertions), r.Waited, r.Seconds-r.Waited)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}
