package kafka

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/IBM/sarama"
)

// line carries batches to one broker. It sends what is ready when a request may leave, in one
// request for all partitions: while the requests allowed are under way, more gets ready.
type line struct {
	pub       *Publisher
	shipments chan shipment
	slots     chan struct{}                 // one token per request under way
	broken    atomic.Pointer[sarama.Broker] // whose connection failed in an answer
}

// shipment is one partition's batch on its way.
type shipment struct {
	broker    *sarama.Broker
	topic     string
	partition int32
	batch     *sarama.RecordBatch
	answer    chan error // room for one
}

// produceVersion knows idempotence, zstd and record errors, and every broker since 2.4 has it.
const produceVersion = 8

// line finds a broker's line, or makes it.
func (p *Publisher) line(broker *sarama.Broker) (*line, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx.Err() != nil {
		return nil, errClosed
	}
	l := p.lines[broker.ID()]
	if l == nil {
		l = &line{pub: p, shipments: make(chan shipment), slots: make(chan struct{}, p.limits.Requests)}
		p.lines[broker.ID()] = l
		p.running.Go(l.run)
	}
	return l, nil
}

func (l *line) run() {
	var load []shipment
	for {
		select {
		case l.slots <- struct{}{}:
		case <-l.pub.ctx.Done():
			return
		}
		select {
		case first := <-l.shipments:
			load = l.collect(append(load[:0], first))
		case <-l.pub.ctx.Done():
			return
		}
		l.send(load)
	}
}

// collect adds what else is ready. No partition is in twice: each waits for its answer.
func (l *line) collect(load []shipment) []shipment {
	for {
		select {
		case next := <-l.shipments:
			load = append(load, next)
		default:
			return load
		}
	}
}

// send puts the load on the wire. Only this goroutine closes the connection: the answers
// come on the connection's own goroutine, which must not.
func (l *line) send(load []shipment) {
	request := &sarama.ProduceRequest{
		RequiredAcks: sarama.WaitForAll, Version: produceVersion,
		Timeout: int32(l.pub.limits.Timeout / time.Millisecond), //nolint:gosec // a time-out of seconds
	}
	broker := load[len(load)-1].broker
	for _, s := range load {
		request.AddBatch(s.topic, s.partition, s.batch)
	}
	if broken := l.broken.Swap(nil); broken != nil {
		l.hangUp(broken)
	}
	sent := append([]shipment(nil), load...)
	err := broker.AsyncProduce(request, func(said *sarama.ProduceResponse, err error) {
		if err != nil {
			l.broken.Store(broker)
		}
		<-l.slots
		for _, s := range sent {
			s.answer <- s.heed(said, err)
		}
	})
	if err == nil {
		return
	}
	l.hangUp(broker)
	<-l.slots
	for _, s := range sent {
		s.answer <- err
	}
}

// hangUp closes a connection that failed and dials again in the background; the next
// attempt waits for that, and says what it came to.
func (l *line) hangUp(broker *sarama.Broker) {
	_ = broker.Close()                     // it has failed already
	_ = broker.Open(l.pub.client.Config()) // may be open again by now
}

// heed finds what the broker said of this shipment.
func (s shipment) heed(said *sarama.ProduceResponse, err error) error {
	if err != nil {
		return err
	}
	block := said.GetBlock(s.topic, s.partition)
	if block == nil {
		return sarama.ErrIncompleteResponse
	}
	if block.Err == sarama.ErrNoError {
		return nil
	}
	if block.ErrorMessage != nil {
		return errors.Join(block.Err, errors.New(*block.ErrorMessage))
	}
	return block.Err
}
