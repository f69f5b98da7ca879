package main

import (
	"errors"
	"strings"

	"sluice/internal/settings"
)

// sections puts what a part says of its configuration into the operator's words: a line for
// each complaint, which begins with a key where the part names one. words are pairs: what the
// part calls a thing, and its key.
func (c *config) sections() func(section string, err error, words ...string) error {
	known := make(map[string]bool)
	for _, key := range settings.Keys(c, envPrefix) {
		known[key.Path] = true
	}
	return func(section string, err error, words ...string) error {
		replacer := strings.NewReplacer(words...)
		var lines []error
		for _, one := range leaves(err) {
			text := replacer.Replace(strings.TrimPrefix(one.Error(), section+": "))
			first := strings.TrimRight(strings.SplitN(text, " ", 2)[0], ":")
			switch {
			case known[first]:
			case known[section+"."+first]:
				text = section + "." + text
			default:
				text = section + ": " + text
			}
			lines = append(lines, errors.New(text))
		}
		return errors.Join(lines...)
	}
}

// leaves are the single errors of those that were joined.
func leaves(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, leaves(one)...)
	}
	return all
}
