package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/IBM/sarama"

	"sluice/internal/pause"
	"sluice/pipelines"
)

// fetcher reads one partition from its leader, on a connection of its own, one answer ahead of
// its source: while one is polled the next is fetched and unpacked, and then it waits.
//
// sarama's own consumer is not used. It makes a message of each record, hands it through
// two channels, and unpacks all partitions of a broker in one goroutine: about
// half of what it costs to bring records to a sink.
type fetcher struct {
	part   pipelines.Partition
	wire   string // the topic on the wire
	group  GroupConfig
	obs    GroupObserver
	client sarama.Client               // knows the leaders
	conf   *sarama.Config              // of the connection, which is tied to ctx
	of     incarnation                 // which topic is read
	topic  func() (incarnation, error) // which it is now
	back   func(at int64)              // gives up the claim: it is made anew, and read from there
	pass   func(gone hole)             // takes notice of offsets that will never be read
	epochs epochs                      // of what was read

	ctx     context.Context //nolint:containedctx // the connection's, which takes none by call
	stop    context.CancelFunc
	done    chan struct{}
	answers chan answer
	end     atomic.Int64 // of the partition, as its leader last said

	// The goroutine's own:
	conn    *sarama.Broker
	tap     *tap
	next    int64 // offset wanted
	epoch   int32 // of the record before next; unknownEpoch
	told    int64 // the partition's end, as this connection's leader or one before it said
	sure    bool  // on this connection, that the log has that record
	bytes   int32 // asked for
	careful int64 // bytes that are still asked for one batch at a time; see unreadable
	puzzles int   // times that the batch at next could not be read
}

// fetchVersion is the last one before topics' ids, and every broker since 2.3 has it.
const fetchVersion = 11

// start fetches from an offset until ctx ends or close, after which it may start again. end is the
// partition's, until its leader says more.
func (f *fetcher) start(ctx context.Context, dialTimeout time.Duration, at start, end int64) {
	f.ctx, f.stop = context.WithCancel(ctx)
	conf := *f.client.Config()
	f.tap = &tap{tether: tether{ctx: f.ctx, timeout: dialTimeout}}
	if conf.Net.TLS.Enable {
		f.tap.secure, conf.Net.TLS.Enable = conf.Net.TLS.Config, false
	}
	conf.Net.Proxy.Enable = true
	conf.Net.Proxy.Dialer = f.tap
	f.conf = &conf
	f.done, f.answers = make(chan struct{}), make(chan answer)
	f.next, f.epoch, f.bytes, f.careful, f.puzzles = at.next, at.epoch, f.group.FetchBytes, 0, 0
	f.end.Store(end)
	go f.run()
}

// close stops it and waits until it has.
func (f *fetcher) close() {
	f.stop()
	<-f.done
}

func (f *fetcher) run() {
	defer close(f.done)
	defer f.hangUp()
	for failures := 0; f.ctx.Err() == nil; {
		got, err := f.fetch()
		if err == nil {
			failures = 0
			f.hand(got)
			continue
		}
		f.hangUp()
		if f.ctx.Err() != nil {
			return
		}
		f.obs.GroupFailed(fmt.Errorf("reading %v: %w", f.part, err))
		pause.AtMost(f.ctx, backoff(f.group.RetryBase, f.group.RetryMax, failures))
		failures++
		f.refresh()
	}
}

// hand waits until the source takes an answer; one without anything new is dropped.
func (f *fetcher) hand(got answer) {
	if got.next == got.from {
		return
	}
	select {
	case f.answers <- got:
	case <-f.ctx.Done():
	}
}

// fetch asks once.
func (f *fetcher) fetch() (answer, error) {
	conn, err := f.connect()
	if err != nil {
		return answer{}, err
	}
	if !f.sure {
		if err := f.same(); err != nil {
			return answer{}, err
		}
		f.sure = true
	}
	said, err := conn.Fetch(f.request(f.next, f.bytes, f.group.FetchWait))
	if err != nil {
		return f.unreadable(fmt.Errorf("fetching: %w", err))
	}
	if said.ThrottleTime > 0 {
		pause.AtMost(f.ctx, said.ThrottleTime)
	}
	block, err := heed(said, f.wire, f.part.ID)
	if errors.Is(err, sarama.ErrOffsetOutOfRange) {
		return answer{}, f.reset(err)
	}
	if err != nil || block == nil {
		return answer{}, err
	}
	f.told = block.HighWaterMarkOffset
	f.end.Store(f.told)
	got, partial := unpack(block, f.next)
	if partial {
		return f.grow()
	}
	if got.next > f.next {
		for _, batch := range got.batches {
			f.epochs.since(batch.FirstOffset, batch.PartitionLeaderEpoch)
		}
		f.advance(got.next, got.epoch)
	}
	return got, nil
}

// request asks for an offset; a leader that has nothing there answers after the wait.
func (f *fetcher) request(offset int64, bytes int32, wait time.Duration) *sarama.FetchRequest {
	request := &sarama.FetchRequest{
		Version: fetchVersion, MaxWaitTime: int32(wait / time.Millisecond), MinBytes: 1,
		MaxBytes: bytes, Isolation: sarama.ReadUncommitted, SessionEpoch: noSession,
	}
	request.AddBlock(f.wire, f.part.ID, offset, bytes, unknownEpoch)
	return request
}

// noSession as a session's epoch: each request says all that it wants.
const noSession = -1
