package report

// Line is a drill in one line for a terminal, without a line break.
func Line(d *Drill) string { return d.Name }

// Summary is the campaign's end for a terminal: figures, what failed first, in a few lines.
func Summary(c *Campaign) string { return string(c.Verdict) }
