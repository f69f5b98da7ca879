package kafka

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/IBM/sarama"
)

// line carries batches to one broker. It sends what is ready when a request may leave, in one
// request for all partitions: while the requests allowed are under way, more gets ready.
type line struct {
	pub       *Publisher
	broker    int32
	shipments chan shipment
	slots     chan struct{}                 // one token per request under way
	broken    atomic.Pointer[sarama.Broker] // whose connection failed in an answer
}

// shipment is one partition's batch on its way.
type shipment struct {
	topic     string
	partition int32
	batch     *sarama.RecordBatch
	answer    chan error // room for one
}

// produceVersion knows idempotence, zstd and record errors, and every broker since 2.4 has it.
const produceVersion = 8

// line finds a broker's line, or makes it.
func (p *Publisher) line(broker int32) (*line, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx.Err() != nil {
		return nil, errClosed
	}
	l := p.lines[broker]
	if l == nil {
		l = &line{pub: p, broker: broker, shipments: make(chan shipment), slots: make(chan struct{}, p.limits.Requests)}
		p.lines[broker] = l
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
	sent := slices.Clone(load)
	err := l.produce(sent)
	if err == nil {
		return
	}
	<-l.slots
	for _, s := range sent {
		s.answer <- err
	}
}

// produce sends one request; when it returns nil its answer will come to each shipment.
func (l *line) produce(sent []shipment) error {
	if broken := l.broken.Swap(nil); broken != nil {
		_ = broken.Close() // it has failed already
	}
	broker, err := l.pub.client.Broker(l.broker) // dials in the background unless it is open
	if err != nil {
		return err
	}
	request := &sarama.ProduceRequest{
		RequiredAcks: sarama.WaitForAll, Version: produceVersion,
		Timeout: int32(l.pub.limits.Timeout / time.Millisecond),
	}
	for _, s := range sent {
		request.AddBatch(s.topic, s.partition, s.batch)
	}
	err = broker.AsyncProduce(request, func(said *sarama.ProduceResponse, err error) {
		if err != nil {
			l.broken.Store(broker)
		}
		<-l.slots
		for _, s := range sent {
			s.answer <- s.heed(said, err)
		}
	})
	if err != nil {
		_ = broker.Close() // it could not send; the next attempt dials again
	}
	return err
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
