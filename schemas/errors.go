package schemas

import "errors"

// What a store answers to a read, whatever its client: readers test with errors.Is.
var (
	// ErrNotFound says that the store holds nothing under that id.
	ErrNotFound = errors.New("not found")
	// ErrUnavailable says that the store cannot be reached or refuses work for now.
	ErrUnavailable = errors.New("store unavailable")
	// ErrBadCursor says that a cursor is not one that the store gave out.
	ErrBadCursor = errors.New("bad cursor")
	// ErrRecovering says that the store has lost what it knew of a member and reads it back: an
	// answer would be wrong, and soon will not be.
	ErrRecovering = errors.New("recovering")
)

// ErrFenced is what a store of member state answers to a job when a later runner has been here: this one must stop.
var ErrFenced = errors.New("fenced by a later runner")
