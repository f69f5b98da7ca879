package simulation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/pipelines"
)

// letters is the way from a process to the dead-letter topic.
type letters struct{ *process }

// tooLarge names a letter that the topic does not take.
type tooLarge struct{ index int }

func (e tooLarge) Error() string    { return fmt.Sprintf("letter %d is too large", e.index) }
func (e tooLarge) RecordIndex() int { return e.index }

// Publish is pipelines.DeadLetters.
func (l letters) Publish(ctx context.Context, letters []pipelines.DeadLetter) error {
	w := l.world
	defer w.calling()()
	w.mu.Lock()
	first := w.oracle.find(&letters[0])
	if first == nil {
		w.mu.Unlock()
		return errors.New("the letter belongs to no record")
	}
	id := -1 - first.uid // beside those of pings
	ids := []int64{int64(id), w.offers[id]}
	w.offers[id]++
	w.mu.Unlock()
	if err := l.enter(ctx, "letter", ids...); err != nil {
		return err
	}
	if err := l.wait(ctx, w.chance.between(time.Millisecond, 30*time.Millisecond, "letter", ids...), "letter there", ids...); err != nil {
		return err
	}
	err := l.keep(letters, ids)
	if gone := l.wait(ctx, w.chance.between(time.Microsecond, 3*time.Millisecond, "letter back", ids...), "letter back", ids...); gone != nil {
		return gone
	}
	return err
}

// keep is the moment at which the topic takes the letters.
func (l letters) keep(letters []pipelines.DeadLetter, ids []int64) error {
	w := l.world
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range letters {
		if letters[i].Record.Size() > w.letterMax {
			w.oracle.saw("letter too large")
			return tooLarge{i}
		}
	}
	f := w.during(lettersFail, w.now())
	fails := f != nil && w.chance.hits(f.permille, "letters fail", ids...)
	keeps := len(letters)
	if fails {
		w.oracle.saw("failed letters")
		keeps = w.chance.below(len(letters)+1, "kept", ids...)
	}
	if err := w.grave.Publish(l.ctx, letters[:keeps]); err != nil {
		w.oracle.complain("the graveyard broke: %v", err)
	}
	for i := range keeps {
		w.oracle.buried(&letters[i])
	}
	w.note("buried", ids[0], int64(keeps))
	if fails {
		return errors.New("no brokers")
	}
	return nil
}
