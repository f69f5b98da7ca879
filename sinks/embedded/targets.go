package embedded

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// fileSuffix follows the target in the name of its file; SQLite adds more for the log beside it.
const fileSuffix = ".db"

// What ends the name of a day, and of a month.
const (
	dayForm   = "2006.01.02"
	monthForm = "2006.01"
)

// dayOf is the UTC day of a target of the family; ok is false unless it is exactly the name of one.
func (f *family) dayOf(target string) (day time.Time, ok bool) {
	if !f.daily {
		return time.Time{}, false
	}
	return f.timeOf(target, dayForm)
}

// timeOf is the time in the name of a target; ok is false unless it is exactly of that form. File names are
// made of targets, so nothing else may pass.
func (f *family) timeOf(target, form string) (at time.Time, ok bool) {
	text, ok := strings.CutPrefix(target, f.name)
	if !ok {
		return time.Time{}, false
	}
	at, err := time.Parse(form, text)
	return at, err == nil && at.Format(form) == text
}

// holds reports whether a target is of the family.
func (f *family) holds(target string) bool {
	ok := target == f.name
	switch {
	case f.daily:
		_, ok = f.timeOf(target, dayForm)
	case f.monthly:
		_, ok = f.timeOf(target, monthForm)
	}
	return ok
}

// several reports whether there may be many targets, each of which is opened when it is needed.
func (f *family) several() bool { return f.daily || f.monthly }

// familyFor is the family of a target, nil when there is none.
func familyFor(known []family, target string) *family {
	for i := range known {
		if known[i].holds(target) {
			return &known[i]
		}
	}
	return nil
}

// targets are the targets that have a file, sorted; other files are none of ours and stay.
func (c *Config) targets(known []family) ([]string, error) {
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("listing the files of the store: %w", err)
	}
	var found []string
	for _, entry := range entries {
		target, ok := strings.CutSuffix(entry.Name(), fileSuffix)
		if ok && familyFor(known, target) != nil {
			found = append(found, target)
		}
	}
	slices.Sort(found)
	return found, nil
}

func absolute(dir string) (string, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", fmt.Errorf("%s is not a directory", dir)
	}
	return filepath.Abs(dir)
}
