package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"sluice/internal/printable"
)

// Report is everything that was found.
type Report struct {
	Findings []Finding `json:"findings"`
	OK       int       `json:"ok"`
	Skipped  int       `json:"skipped"`
	Warnings int       `json:"warnings"`
	Failures int       `json:"failures"`
}

// add makes what others wrote safe to look at: servers, and whoever is a client of theirs, have
// their words in findings.
func (r *Report) add(findings []Finding) {
	for _, f := range findings {
		f.Where, f.Text, f.Fix = printable.Line(f.Where), printable.Line(f.Text), printable.Line(f.Fix)
		switch f.Level {
		case OK:
			r.OK++
		case Skip:
			r.Skipped++
		case Warn:
			r.Warnings++
		case Fail:
			r.Failures++
		}
		r.Findings = append(r.Findings, f)
	}
}

// JSON writes the report as one JSON object.
func (r *Report) JSON(w io.Writer) error {
	if err := json.NewEncoder(w).Encode(r); err != nil {
		return fmt.Errorf("printing the report: %w", err)
	}
	return nil
}

// Print writes a line for each finding, below it its fix, and the sums.
func (r *Report) Print(w io.Writer) error {
	what, where := len("what"), len("where")
	for _, f := range r.Findings {
		what, where = max(what, len(f.What)), max(where, len(f.Where))
	}
	where = min(where, maxWhere)
	var out strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&out, "%-4s  %-*s  %-*s  %s\n", f.Level, what, f.What, where, f.Where, f.Text)
		if f.Fix != "" {
			fmt.Fprintf(&out, "      fix: %s\n", f.Fix)
		}
	}
	fmt.Fprintf(&out, "%d ok, %d skipped, %d warning%s, %d failure%s\n", r.OK, r.Skipped, r.Warnings, plural(r.Warnings), r.Failures, plural(r.Failures))
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("printing the report: %w", err)
	}
	return nil
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// maxWhere keeps one long name from pushing all findings to the right.
const maxWhere = 44
