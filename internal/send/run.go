package send

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"golang.org/x/time/rate"
)

// Config says what is sent and how fast.
type Config struct {
	Files       []string
	Input       Input
	ShiftNow    bool          // add one constant to every event time, so that the newest record is due at its own time
	Speed       float64       // times real time, in event-time order; 0 = as fast as possible, in the files' order
	Rate        float64       // records per second at most; 0 = no limit
	Records     int           // in one request; above 0
	Connections int           // requests under way at once; above 0
	GiveUp      time.Duration // on a batch that gets no answer; above 0
	HoldBytes   int64         // of records held for ShiftNow or Speed
}

// Validate reports every complaint at once.
func (c *Config) Validate() error {
	var complaints []error
	complain := func(ok bool, format string, args ...any) {
		if !ok {
			complaints = append(complaints, fmt.Errorf(format, args...))
		}
	}
	complain(len(c.Files) > 0, "no file to send")
	complain(c.Speed >= 0 && !math.IsInf(c.Speed, 0) && !math.IsNaN(c.Speed), "speed %g must be a number, not negative", c.Speed)
	complain(c.Rate >= 0 && !math.IsInf(c.Rate, 0), "rate %g must be a number, not negative", c.Rate)
	complain(c.Records > 0 && c.Records <= 10_000, "%d records a request are outside 1 to 10000", c.Records)
	complain(c.Connections > 0 && c.Connections <= 1000, "%d connections are outside 1 to 1000", c.Connections)
	complain(c.GiveUp > 0, "giving up after %s, must be above 0", c.GiveUp)
	return errors.Join(complaints...)
}

// Progress is told how far the sending is.
type Progress interface {
	Bytes(n int)   // of the files, read
	Records(n int) // answered
	Total(n int)   // records there are in all, told once they are known
}

// Run sends every record of the files and says what became of them. The error says why
// not all could be sent; the summary is valid with it.
func Run(ctx context.Context, cfg Config, poster Poster, progress Progress) (Summary, error) {
	if err := cfg.Validate(); err != nil {
		return Summary{}, err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	t := newTally()
	s := &sender{poster: poster, giveUp: cfg.GiveUp, tally: t, done: progress.Records, fail: fail}
	s.start(ctx, cfg.Connections)
	r := &run{cfg: cfg, tally: t, sender: s, progress: progress, limit: newLimit(cfg)}
	err := r.all(ctx)
	s.finish()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return t.finish(), err
}

type run struct {
	cfg      Config
	tally    *tally
	sender   *sender
	progress Progress
	limit    *rate.Limiter
	batch    *Batch
}

func newLimit(cfg Config) *rate.Limiter {
	if cfg.Rate == 0 {
		return rate.NewLimiter(rate.Inf, 0)
	}
	return rate.NewLimiter(rate.Limit(cfg.Rate), cfg.Records)
}

func (r *run) all(ctx context.Context) error {
	r.batch = &Batch{}
	if !r.cfg.ShiftNow && r.cfg.Speed == 0 {
		if err := r.read(ctx, false, func(rec Record) error { return r.emit(ctx, rec.JSON) }); err != nil {
			return err
		}
		return r.flush(ctx)
	}
	held := &hold{limit: r.cfg.HoldBytes}
	if err := r.read(ctx, true, held.add); err != nil {
		return err
	}
	r.progress.Total(len(held.kept))
	if err := r.replay(ctx, held); err != nil {
		return err
	}
	return r.flush(ctx)
}

// read hands every record of every file to each.
func (r *run) read(ctx context.Context, stamps bool, each func(Record) error) error {
	for _, name := range r.cfg.Files {
		src, err := r.cfg.Input.open(name, stamps, r.progress.Bytes)
		if err != nil {
			return err
		}
		err = r.readOne(ctx, src, each)
		if closing := src.close(); err == nil {
			err = closing
		}
		if err != nil {
			return fmt.Errorf("%s: %w", src.name, err)
		}
	}
	return nil
}

func (r *run) readOne(ctx context.Context, src *source, each func(Record) error) error {
	for ctx.Err() == nil {
		rec, err := src.Next()
		var bad *Unreadable
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &bad):
			r.tally.unreadable(src.name, bad)
			continue
		case err != nil:
			return err
		}
		r.tally.read()
		if err := each(rec); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// emit puts one record into the batch and the batch on its way when it is full.
func (r *run) emit(ctx context.Context, line []byte) error {
	r.batch.add(line)
	if r.batch.full(r.cfg.Records) {
		return r.flush(ctx)
	}
	return nil
}

func (r *run) flush(ctx context.Context) error {
	if r.batch.Len() == 0 {
		return nil
	}
	b := r.batch
	r.batch = &Batch{Body: make([]byte, 0, len(b.Body)+len(b.Body)/8)}
	if err := r.limit.WaitN(ctx, b.Len()); err != nil && ctx.Err() == nil {
		return fmt.Errorf("keeping the rate: %w", err)
	}
	return r.sender.put(ctx, b)
}
