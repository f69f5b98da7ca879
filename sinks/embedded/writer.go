package embedded

import (
	"context"
	"errors"
	"runtime"
	"slices"

	"sluice/pipelines"
)

// submit hands a request to the file's writer and waits until it is done. When ctx ends first, the
// request is taken back, unless the writer has it already: a transaction is waited for.
func (f *file) submit(ctx context.Context, r *request) error {
	select {
	case f.queue <- r:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case <-r.done:
	case <-ctx.Done():
		if r.leave() {
			return context.Cause(ctx)
		}
		<-r.done
	}
	return nil
}

// run is the one writer of the file. Calls that wait are committed together: a sync costs the same
// for one write and for twenty thousand. It has a thread of its own, which steps back behind all others: somebody
// waits for an answer there, and nobody for the next commit.
func (f *file) run() {
	runtime.LockOSThread() // for good: the thread ends with the writer
	stepBack()
	defer close(f.ended)
	var group []*request
	var rows []*row
	for first := range f.queue {
		group = f.gather(group[:0], first)
		rows = rows[:0]
		for _, r := range group {
			for i := range r.rows {
				rows = append(rows, &r.rows[i])
			}
		}
		f.turns <- struct{}{}
		f.commit(group, rows)
		<-f.turns
		clear(group)
		clear(rows)
	}
}

// turns is how many transactions may run at once: one core is left to those who wait. Not GOMAXPROCS, which says how
// many threads may share the cores.
func turns() chan struct{} { return make(chan struct{}, max(1, runtime.NumCPU()-1)) }

// gather takes the first request and those that wait behind it, up to the size of a transaction.
func (f *file) gather(group []*request, first *request) []*request {
	size := 0
	for next := first; next != nil; {
		if next.take() {
			group = append(group, next)
			size += len(next.rows)
		}
		if size >= f.cfg.MaxGroup {
			return group
		}
		select {
		case next = <-f.queue: // nil once it is closed and empty
		default:
			next = nil
		}
	}
	return group
}

// commit writes a group in one transaction, then shows it to searches, then tells the callers. Nothing
// is shown or told that is not durable.
func (f *file) commit(group []*request, rows []*row) {
	if len(rows) == 0 {
		return
	}
	slices.SortStableFunc(rows, (*row).compare) // stable: of one key, what was offered first is first
	err := f.transact(rows)
	if err == nil && f.drivers != nil {
		f.show(rows)
	}
	f.note(err)
	for _, r := range group {
		r.failed = err
		close(r.done)
	}
	if err != nil {
		return
	}
	if err := f.log.tidy(f.conn); err != nil && !errors.Is(err, errLogKept) { // kept: no trouble yet; once the log is full, writes say so
		f.note(err)
	}
}

// transact commits all rows or none.
func (f *file) transact(rows []*row) error {
	if f.conn == nil {
		if err := f.reconnect(); err != nil {
			return err
		}
	}
	if f.log.full() {
		if err := f.log.tidy(f.conn); err != nil || f.log.full() {
			return errors.Join(refusal{pipelines.Retry, reasonLogFull}, err)
		}
	}
	err := f.insert(rows)
	if err == nil {
		return nil
	}
	if f.conn.rollback() != nil {
		// SQLite has rolled back by itself, or cannot: a new connection begins from what is durable.
		err = errors.Join(err, f.conn.close())
		f.conn = nil
	}
	return err
}

// reconnect begins again from what is durable: a commit that failed at its sync may have come to be so after all.
func (f *file) reconnect() error {
	if err := f.connect(); err != nil {
		return err
	}
	if f.drivers == nil {
		return nil
	}
	if err := f.load(); err != nil {
		err = errors.Join(err, f.conn.close())
		f.conn = nil
		return err
	}
	return nil
}

func (f *file) insert(rows []*row) error {
	if err := f.conn.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if f.family.orders {
		if err := f.merge(rows); err != nil {
			return err
		}
		return f.conn.exec("COMMIT")
	}
	f.crowd(rows)
	put := f.conn.put
	for _, r := range rows {
		if r.crowded {
			continue
		}
		if f.family.versions {
			put.args[0].Value, put.args[1].Value, put.args[2].Value = r.key, r.version, r.body
		} else {
			put.args[0].Value, put.args[1].Value, put.args[2].Value, put.args[3].Value = r.slot, r.key, r.movedTo(), r.body
		}
		var err error
		if r.changed, err = put.run(); err != nil {
			return err
		}
	}
	return f.conn.exec("COMMIT")
}

// movedTo is the event time, nil when the key says it.
func (r *row) movedTo() any {
	if r.moved {
		return r.at
	}
	return nil
}

// show gives the index what was committed.
func (f *file) show(rows []*row) {
	committed := make([]*driver, 0, len(rows))
	for _, r := range rows {
		if r.changed {
			committed = append(committed, r.driver)
		}
	}
	f.drivers.apply(committed)
}

// note keeps what went wrong for Ready.
func (f *file) note(err error) {
	if err == nil {
		f.trouble.Store(nil)
		return
	}
	f.trouble.Store(&err)
}
