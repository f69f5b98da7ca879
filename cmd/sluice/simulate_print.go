package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"sluice/internal/printable"
	"sluice/internal/simulate/load"
)

// print says what a load did.
func (c *simulateLoadCmd) print(w io.Writer, s *load.Summary) error {
	if c.JSON {
		if err := json.NewEncoder(w).Encode(s); err != nil {
			return fmt.Errorf("printing: %w", err)
		}
		return nil
	}
	var b strings.Builder
	what := "records"
	if c.Orders > 0 {
		what = "orders"
	}
	fmt.Fprintf(&b, "due %d of %d %s in %.1f s: acked %d (%.0f/s), refused %d, in doubt %d, skipped %d\n",
		s.Due, s.Planned, what, s.Seconds, s.Acked, s.Rate, s.Refused, s.Doubtful, s.Skipped)
	if c.Orders > 0 {
		fmt.Fprintf(&b, "of these events doubled %d, of last month %d, refunds and cancellations %d, purchases %d\n", s.Doubled, s.Late, s.Voided, s.Purchased)
	} else {
		fmt.Fprintf(&b, "of them late %d, doubled %d, ahead %d, teleported %d, poison %d to the gateway and %d to the topic\n",
			s.Late, s.Doubled, s.Ahead, s.Teleported, s.Poisoned, s.TopicPoison)
	}
	fmt.Fprintf(&b, "from due to answered: p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, max %.1f ms\n",
		s.Latency.P50, s.Latency.P99, s.Latency.P999, s.Latency.Max)
	fmt.Fprintf(&b, "%d requests, %d of them more than once: %d attempts without an answer, %d answered 429, %d 503, %d another 5xx\n",
		s.Requests, s.Repeated, s.Unanswered, s.Status429, s.Status503, s.StatusOther)
	if s.LastError != "" {
		fmt.Fprintf(&b, "the last error: %s\n", printable.Line(s.LastError))
	}
	fmt.Fprintf(&b, "own cost: %.2f CPU s, %.2f s a million records (one core carries %.0f/s), peak memory %d MiB\n",
		s.Cost.CPUSeconds, s.Cost.PerMillion, s.Cost.PerCore, s.Cost.PeakBytes>>20)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}
