package report

import (
	_ "embed" // the page's parts
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

// Page writes the campaign as one page of HTML that needs nothing else: no script, no other file.
func Page(w io.Writer, c *Campaign) error {
	page, err := template.New("page").Funcs(template.FuncMap{
		"style":   func() template.CSS { return template.CSS(pageStyle) }, //nolint:gosec // it is ours
		"symbol":  symbol,
		"seconds": seconds,
		"whole":   func(n int64) string { return grouped(float64(n)) },
	}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("reading the page's template: %w", err)
	}
	if err := page.Execute(w, overview(c)); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	return nil
}

// symbol says a state without colour.
func symbol(state string) string {
	switch state {
	case stateHolds, string(Held), "met":
		return "✓"
	case stateFails, string(Failed), "missed", "allowed":
		return "✕"
	default:
		return "–"
	}
}
