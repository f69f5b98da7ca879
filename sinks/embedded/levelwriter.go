package embedded

import (
	"context"
	"errors"
	"sync/atomic"

	"sluice/pipelines"
)

// levelTask is one call's share of a transaction.
type levelTask struct {
	size  int                 // events
	run   func(u *unit) error // an error undoes the transaction, for all who share it, unless it is an ownError
	state atomic.Int32        // as of a request
	err   error
	done  chan struct{}
}

// ownError is one call's own matter: nothing was changed for it, and the transaction goes on without it.
type ownError struct{ error }

func (e ownError) Unwrap() error { return e.error }

// outcome is what a call says of its error: what kept the transaction from being carried out is the store's.
func outcome(err error) error {
	if own, is := errors.AsType[ownError](err); is {
		return own.error
	}
	return unavailable(err)
}

// do has a task carried out and waits until it is committed. When ctx ends first the task is taken back, unless the writer
// has it already: a transaction is waited for.
func (l *Levels) do(ctx context.Context, size int, run func(u *unit) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	task := &levelTask{size: size, run: run, done: make(chan struct{})}
	if err := l.enqueue(ctx, task); err != nil {
		return err
	}
	select {
	case <-task.done:
	case <-ctx.Done():
		if task.state.CompareAndSwap(waiting, left) {
			return context.Cause(ctx)
		}
		<-task.done
	}
	return task.err
}

func (l *Levels) enqueue(ctx context.Context, task *levelTask) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return errClosed
	}
	select {
	case l.queue <- task:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// run is the one writer of the file.
func (l *Levels) run() {
	defer close(l.ended)
	var group []*levelTask
	for first := range l.queue {
		if group = l.gather(group[:0], first); len(group) == 0 {
			continue
		}
		l.turns <- struct{}{}
		l.commit(group)
		<-l.turns
		clear(group)
	}
}

// gather takes the first task and those that wait behind it, up to the size of a transaction.
func (l *Levels) gather(group []*levelTask, first *levelTask) []*levelTask {
	size := 0
	for next := first; next != nil; {
		if next.state.CompareAndSwap(waiting, taken) {
			group = append(group, next)
			size += next.size
		}
		if size >= l.cfg.MaxGroup {
			return group
		}
		select {
		case next = <-l.queue: // nil once it is closed and empty
		default:
			next = nil
		}
	}
	return group
}

// commit carries out a group in one transaction, then tells the callers.
func (l *Levels) commit(group []*levelTask) {
	err := l.transact(group)
	l.note(err)
	for _, task := range group {
		if err != nil {
			task.err = err
		}
		close(task.done)
	}
	if err != nil {
		return
	}
	if err := l.log.tidy(l.conn.conn); err != nil && !errors.Is(err, errLogKept) { // kept: no trouble yet; once the log is full, writes say so
		l.note(err)
	}
}

// note keeps what went wrong for Ready.
func (l *Levels) note(err error) {
	if err == nil {
		l.trouble.Store(nil)
		return
	}
	l.trouble.Store(&err)
}

// transact commits all tasks or none.
func (l *Levels) transact(group []*levelTask) error {
	if l.conn == nil {
		if err := l.connect(); err != nil { // from what is durable: a commit that failed at its sync may have come to be so after all
			return err
		}
	}
	if l.log.full() {
		if err := l.log.tidy(l.conn.conn); err != nil || l.log.full() {
			return errors.Join(refusal{pipelines.Retry, reasonLogFull}, err)
		}
	}
	u := newUnit(&l.cfg, l.tag, l.conn)
	err := l.carryOut(u, group)
	u.told(err == nil)
	if err == nil {
		return nil
	}
	if l.conn.rollback() != nil {
		err = errors.Join(err, l.conn.close()) // SQLite has rolled back by itself, or cannot
		l.conn = nil
	}
	return err
}

func (l *Levels) carryOut(u *unit, group []*levelTask) error {
	if err := l.conn.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, task := range group {
		u.at(l.cfg.Now().UnixMilli())
		err := task.run(u)
		if _, own := errors.AsType[ownError](err); err != nil && !own {
			return err
		}
		task.err = err
	}
	if err := u.flush(); err != nil {
		return err
	}
	return l.conn.exec("COMMIT")
}
