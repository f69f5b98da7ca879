package query

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sluice/internal/problem"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// params reads the parameters of one question and collects every complaint. An empty
// parameter is an absent one.
type params struct {
	values     url.Values
	complaints []problem.Item
}

// readParams refuses parameters that are not among allowed: a misspelt one that is
// ignored would give a wrong answer.
func readParams(r *http.Request, allowed ...string) *params {
	values, err := url.ParseQuery(r.URL.RawQuery)
	p := &params{values: values}
	if err != nil {
		p.complain("", schemas.CodeWrongType, "the query cannot be read")
	}
	unknown := false
	for name, given := range values {
		switch {
		case !slices.Contains(allowed, name):
			unknown = true
		case len(given) > 1:
			p.complain(name, problem.CodeDuplicateParameter, "given more than once")
		}
	}
	if unknown {
		p.complain("", problem.CodeUnknownParameter, "the parameters here are: "+strings.Join(allowed, ", "))
	}
	return p
}

func (p *params) complain(name, code, detail string) {
	p.complaints = append(p.complaints, problem.Item{Code: code, Field: name, Detail: detail})
}

// problem is nil when there is nothing to complain about.
func (p *params) problem() *problem.Problem {
	if len(p.complaints) == 0 {
		return nil
	}
	slices.SortStableFunc(p.complaints, func(a, b problem.Item) int { return strings.Compare(a.Field, b.Field) })
	return &problem.Problem{
		Status: http.StatusBadRequest, Code: problem.CodeBadParameters,
		Detail: "errors says which parameters, and why", Errors: p.complaints,
	}
}

// bounds of a number; open excludes the lower one.
type bounds struct {
	low, high float64
	open      bool
	unit      string
}

func (b bounds) String() string {
	from := "from "
	if b.open {
		from = "above "
	}
	return "a number of " + b.unit + " " + from + plain(b.low) + " to " + plain(b.high)
}

func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// number is the parameter's value, or fallback when it is absent; a NaN fallback makes it required.
func (p *params) number(name string, fallback float64, b bounds) float64 {
	text := p.values.Get(name)
	if text == "" {
		if math.IsNaN(fallback) {
			p.complain(name, schemas.CodeMissing, "must be "+b.String())
		}
		return fallback
	}
	value, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsNaN(value):
		p.complain(name, schemas.CodeWrongType, "must be "+b.String())
	case value < b.low || value > b.high || (b.open && value == b.low):
		p.complain(name, schemas.CodeOutOfRange, "must be "+b.String())
	}
	return value
}

// integer is the parameter's value, or fallback when it is absent.
func (p *params) integer(name string, fallback, low, high int64) int64 {
	text := p.values.Get(name)
	if text == "" {
		return fallback
	}
	value, err := strconv.ParseInt(text, 10, 64)
	must := fmt.Sprintf("must be a whole number from %d to %d", low, high)
	switch {
	case err != nil:
		p.complain(name, schemas.CodeWrongType, must)
	case value < low || value > high:
		p.complain(name, schemas.CodeOutOfRange, must)
	}
	return value
}

// date is the parameter's value, a day of the business calendar such as 2026-11-21, or fallback when it is
// absent.
func (p *params) date(name string, fallback rules.Date) rules.Date {
	text := p.values.Get(name)
	if text == "" {
		return fallback
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		p.complain(name, schemas.CodeWrongType, "must be a day such as 2026-11-21")
		return fallback
	}
	return rules.Date{Month: schemas.MonthOf(day.Year(), int(day.Month())), Day: day.Day()}
}

// duration is the parameter's value, or fallback when it is absent.
func (p *params) duration(name string, fallback, high time.Duration) time.Duration {
	text := p.values.Get(name)
	if text == "" {
		return fallback
	}
	value, err := time.ParseDuration(text)
	must := "must be a time with its unit, such as 60s, 500ms or 5m, above 0 to " + high.String()
	switch {
	case err != nil:
		p.complain(name, schemas.CodeWrongType, must)
	case value <= 0 || value > high:
		p.complain(name, schemas.CodeOutOfRange, must)
	}
	return value
}

// choice is the parameter's value, "" when it is absent.
func (p *params) choice(name string, choices ...string) string {
	text := p.values.Get(name)
	if text != "" && !slices.Contains(choices, text) {
		p.complain(name, schemas.CodeUnknownEnum, "must be one of "+strings.Join(choices, ", "))
	}
	return text
}

// text is the parameter's value, "" when it is absent.
func (p *params) text(name string, maxBytes int) string {
	text := p.values.Get(name)
	p.checkText(name, text, maxBytes)
	return text
}

func (p *params) checkText(name, text string, maxBytes int) {
	switch {
	case len(text) > maxBytes:
		p.complain(name, schemas.CodeTooLong, fmt.Sprintf("must have at most %d bytes", maxBytes))
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		p.complain(name, schemas.CodeBadUTF8, "must be UTF-8 text")
	}
}
