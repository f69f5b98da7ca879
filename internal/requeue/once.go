package requeue

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"sluice/pipelines"
)

// Once keeps only dead letters that are not kept yet: a replay meets the same poison again,
// and its letter is there already, open or dealt with.
type Once struct {
	to    pipelines.DeadLetters
	known map[pipelines.Partition]offsets
	again atomic.Uint64
}

var _ pipelines.DeadLetters = (*Once)(nil)

// NewOnce reads what a box keeps; letters that it does not keep go to the other.
func NewOnce(ctx context.Context, box *Box, to pipelines.DeadLetters) (*Once, error) {
	o := &Once{to: to, known: make(map[pipelines.Partition]offsets)}
	err := box.Walk(ctx, func(letter *Letter, _ State) error {
		if o.known[letter.From] == nil {
			o.known[letter.From] = offsets{}
		}
		o.known[letter.From].add(letter.Offset)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking for what is kept already: %w", err)
	}
	return o, nil
}

// Again is how many letters came that were kept already.
func (o *Once) Again() uint64 { return o.again.Load() }

// Publish hands on the letters that are new.
func (o *Once) Publish(ctx context.Context, letters []pipelines.DeadLetter) error {
	fresh := make([]pipelines.DeadLetter, 0, len(letters))
	where := make([]int, 0, len(letters))
	for i := range letters {
		if !o.known[letters[i].From].has(letters[i].Record.Offset) {
			fresh, where = append(fresh, letters[i]), append(where, i)
		}
	}
	again := uint64(len(letters) - len(fresh))
	if len(fresh) == 0 {
		o.again.Add(again)
		return nil
	}
	err := o.to.Publish(ctx, fresh)
	if err == nil { // else all of them come once more
		o.again.Add(again)
	}
	var named interface {
		error
		RecordIndex() int
	}
	if errors.As(err, &named) && named.RecordIndex() >= 0 && named.RecordIndex() < len(where) {
		return &indexed{error: err, index: where[named.RecordIndex()]}
	}
	return err
}

// indexed names a letter by its place in the caller's list.
type indexed struct {
	error

	index int
}

// RecordIndex is the place of the letter that is too large.
func (i *indexed) RecordIndex() int { return i.index }

// Unwrap is the error.
func (i *indexed) Unwrap() error { return i.error }
