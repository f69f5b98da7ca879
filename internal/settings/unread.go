package settings

import (
	"errors"
	"slices"
	"strings"
)

// Unread is what Load could not read: at least one complaint. The settings that were meant have their defaults, so whoever
// judges the settings further would say the same of them once more, or something false.
type Unread struct {
	complaints []error
	paths      []string
}

// Error is a line for each complaint.
func (u *Unread) Error() string { return errors.Join(u.complaints...).Error() }

// Unwrap is the complaints.
func (u *Unread) Unwrap() []error { return u.complaints }

// Paths are the settings whose values may not be those that somebody wrote, as gps.maxAge.
func (u *Unread) Paths() []string { return slices.Clone(u.paths) }

// doubt notes settings that may have been meant by what could not be read.
func (l *loader) doubt(meant func(k *Key) bool) {
	for i := range l.keys {
		if k := &l.keys[i]; k.value.IsValid() && meant(k) && !slices.Contains(l.doubted, k.Path) {
			l.doubted = append(l.doubted, k.Path)
		}
	}
}

// doubtUnknown notes what a name that nobody knows may have meant: the key that is suggested instead, or all of a section.
func (l *loader) doubtUnknown(path, suggested string) {
	l.doubt(func(k *Key) bool {
		return suggested != "" && (suggested == k.Path || suggested == k.twin) || strings.HasPrefix(k.Path, path+".")
	})
}

// doubtFile notes what a file of which nothing could be read may have set.
func (l *loader) doubtFile() {
	l.doubt(func(k *Key) bool { return !l.fromEnv.Exists(k.Path) && (k.twin == "" || !l.fromEnv.Exists(k.twin)) })
}
