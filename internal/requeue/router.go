package requeue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
)

// The waits between the attempts at one letter; the writer itself tries for some seconds each time.
const (
	attempts     = 4
	attemptFirst = 100 * time.Millisecond
	attemptMax   = 2 * time.Second
)

// route carries letters through Watermill's router until none is left, or ctx ends.
//
// The router itself ends behind the subscriber's channel, which ends only when all that was given is
// settled; so it is not told of ctx, and cuts nothing off. The publisher is the handler's
// and not the router's: each letter has its own topic, and the router retries
// handlers only.
func (j *job) route(ctx context.Context) error {
	router, err := message.NewRouter(message.RouterConfig{}, watermill.NopLogger{}) // it would log letters' bytes
	if err != nil {
		return fmt.Errorf("making the router: %w", err)
	}
	router.AddMiddleware(middleware.Recoverer)
	if j.cfg.Rate > 0 {
		router.AddMiddleware(middleware.NewThrottle(j.cfg.Rate, time.Second).Middleware)
	}
	router.AddMiddleware(middleware.Retry{
		MaxRetries: attempts - 1, InitialInterval: attemptFirst, MaxInterval: attemptMax, Multiplier: 2, RandomizationFactor: 0.5,
		ShouldRetry: func(failed middleware.RetryParams) bool { return j.temporary(failed.Err) },
	}.Middleware)
	from := &subscriber{
		walk: j.fitting, settled: j.settle, stop: ctx, window: make(chan struct{}, j.cfg.window()),
		keys: make(map[string]chan struct{}), ended: make(chan struct{}),
	}
	to := &publisher{writer: j.writer, tolerance: j.cfg.Tolerance.Milliseconds()}
	router.AddConsumerHandler("requeue", j.box.topic, from, func(msg *message.Message) error { return carry(to, msg) })
	if err := router.Run(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("routing letters: %w", err)
	}
	return from.failure()
}

// carry publishes one letter on its own topic.
func carry(to message.Publisher, msg *message.Message) error {
	d, ok := deliveryOf(msg)
	if !ok {
		return errors.New("requeueing: the message is no letter")
	}
	d.err = to.Publish(d.letter.From.Topic, msg)
	return d.err
}

// fitting gives the letters that can be requeued.
func (j *job) fitting(ctx context.Context, give func(letter *Letter) error) error {
	return j.walk(ctx, func(letter *Letter) error {
		if !j.fit(letter) {
			return nil
		}
		return give(letter)
	})
}

// settle hears the router's word about one letter. An error ends the job.
func (j *job) settle(d *delivery, taken bool) error {
	id := d.letter.ID
	if taken {
		if err := j.marker.add(context.Background(), id); err != nil {
			return err
		}
		j.done.Add(1)
		j.watch.Settled(id, nil)
		return nil
	}
	err := d.err
	if err == nil {
		err = errors.New("the router gave it up")
	}
	j.fail(id, err)
	if j.temporary(err) {
		return err // the others would fare no better
	}
	return nil
}

func (j *job) temporary(err error) bool { return j.cfg.Temporary != nil && j.cfg.Temporary(err) }
