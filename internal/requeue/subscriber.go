package requeue

import (
	"context"
	"errors"
	"sync"

	"github.com/ThreeDotsLabs/watermill/message"
)

// subscriber is Watermill's: it gives the letters that are to be requeued, and ends its channel
// behind the last. Several are under way at once, but of one key always one: their order is kept.
type subscriber struct {
	walk    func(ctx context.Context, give func(letter *Letter) error) error
	settled func(d *delivery, taken bool) error // called for each, from many goroutines
	stop    context.Context                     //nolint:containedctx // when it ends, no more is given; what was given is finished
	window  chan struct{}                       // a place for each letter under way

	running sync.WaitGroup
	mu      sync.Mutex
	keys    map[string]chan struct{} // of letters under way; closed when the letter is settled
	failed  error
	ended   chan struct{} // no more comes, and all is settled
}

var _ message.Subscriber = (*subscriber)(nil)

// Subscribe starts to give; it does so once.
func (s *subscriber) Subscribe(ctx context.Context, _ string) (<-chan *message.Message, error) {
	out := make(chan *message.Message)
	go func() {
		defer close(s.ended)
		defer close(out)
		err := s.walk(s.stop, func(letter *Letter) error { return s.give(ctx, letter, out) }) //nolint:contextcheck // the router's outlives the stop
		s.running.Wait()
		if err != nil {
			s.fail(err)
		}
	}()
	return out, nil
}

// Close waits until all that was given is settled.
func (s *subscriber) Close() error {
	<-s.ended
	return nil
}

// give hands one letter to the router when there is a place, and none of its key is under way.
func (s *subscriber) give(ctx context.Context, letter *Letter, out chan<- *message.Message) error {
	if err := s.failure(); err != nil {
		return err
	}
	turn, err := s.turn(string(letter.Record.Key), letter.Record.Key != nil)
	if err != nil {
		return err
	}
	select {
	case s.window <- struct{}{}:
	case <-s.stop.Done():
		close(turn)
		return context.Cause(s.stop) //nolint:contextcheck // as above
	}
	kept := *letter
	kept.keep()
	msg, d := newMessage(ctx, &kept)
	s.running.Go(func() { s.follow(msg, d, turn) })
	out <- msg // the router takes it: it ends only behind this channel
	return nil
}

// turn waits until no letter of the key is under way, and makes this one so.
func (s *subscriber) turn(key string, keyed bool) (chan struct{}, error) {
	mine := make(chan struct{})
	if !keyed {
		return mine, nil
	}
	for {
		s.mu.Lock()
		before := s.keys[key]
		if before == nil || over(before) {
			s.keys[key] = mine
			s.mu.Unlock()
			return mine, nil
		}
		s.mu.Unlock()
		select {
		case <-before:
		case <-s.stop.Done():
			return nil, context.Cause(s.stop)
		}
	}
}

// follow waits for the router's word about one letter.
func (s *subscriber) follow(msg *message.Message, d *delivery, turn chan struct{}) {
	taken := false
	select {
	case <-msg.Acked():
		taken = true
	case <-msg.Nacked():
	}
	if err := s.settled(d, taken); err != nil {
		s.fail(err)
	}
	s.mu.Lock()
	if key := string(d.letter.Record.Key); s.keys[key] == turn {
		delete(s.keys, key)
	}
	s.mu.Unlock()
	close(turn)
	<-s.window
}

func (s *subscriber) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !errors.Is(s.failed, err) {
		s.failed = errors.Join(s.failed, err)
	}
}

func (s *subscriber) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

func over(turn chan struct{}) bool {
	select {
	case <-turn:
		return true
	default:
		return false
	}
}
