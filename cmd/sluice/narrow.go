package main

import (
	"errors"
	"slices"

	"github.com/alecthomas/kong"
)

// errEmptyChoice is what a shell makes of a variable that is not set: `--pipeline "$P"`. Taken for no flag at all it would
// choose everything.
var errEmptyChoice = errors.New("a value is empty: leave the flag out to mean all")

// narrow are the values of a flag that narrows what a command is about, comma separated.
type narrow []string

// Decode reads them.
func (n *narrow) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("name", &text); err != nil {
		return err
	}
	values := kong.SplitEscaped(text, ',')
	if len(values) == 0 || slices.Contains(values, "") {
		return errEmptyChoice
	}
	*n = append(*n, values...)
	return nil
}

// narrowTime is the text of a time that narrows what a command is about.
type narrowTime string

// Decode reads it.
func (n *narrowTime) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("time", &text); err != nil {
		return err
	}
	if text == "" {
		return errEmptyChoice
	}
	*n = narrowTime(text)
	return nil
}
