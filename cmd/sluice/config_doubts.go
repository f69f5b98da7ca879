package main

import (
	"errors"
	"slices"
	"strings"

	"sluice/internal/settings"
)

// doubts are settings that have their defaults because what somebody wrote could not be read. A complaint that
// names one says the same once more, or would not be there.
type doubts struct {
	paths []string
	known []string // all settings
}

// doubtsOf are those of what settings.Load says.
func doubtsOf(err error, c *config) doubts {
	var d doubts
	if unread, ok := errors.AsType[*settings.Unread](err); ok {
		d.paths = unread.Paths()
		for _, key := range settings.Keys(c, envPrefix) {
			d.known = append(d.known, key.Path)
		}
	}
	return d
}

// without leaves out the complaints that are in doubt.
func (d doubts) without(err error) error {
	return errors.Join(slices.DeleteFunc(leaves(err), func(one error) bool { return d.cover(one.Error()) })...)
}

// cover says whether a complaint names a setting that is in doubt: by its path, or, in the section of the complaint's
// first word, by its name alone. One that names no setting is about all of that section.
func (d doubts) cover(complaint string) bool {
	words := strings.FieldsFunc(complaint, func(r rune) bool { return strings.ContainsRune(" :,;()\"", r) })
	if len(words) == 0 {
		return false
	}
	section := words[0]
	if slices.Contains(d.known, section) {
		section, _ = sectionOf(section)
	}
	nameless := !slices.ContainsFunc(words, func(word string) bool { return slices.Contains(d.known, word) })
	return slices.ContainsFunc(d.paths, func(path string) bool {
		of, name := sectionOf(path)
		if of == "" { // its name is a common word
			return words[0] == path
		}
		return slices.Contains(words, path) || of == section &&
			(nameless || slices.ContainsFunc(words[1:], func(word string) bool { return strings.EqualFold(word, name) }))
	})
}

// sectionOf cuts a path before its last name.
func sectionOf(path string) (section, name string) {
	at := strings.LastIndex(path, ".")
	return path[:max(at, 0)], path[at+1:]
}
