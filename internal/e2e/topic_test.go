package e2e

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/IBM/sarama"
)

// entry is one record of a topic, read back by a client of the test's own.
type entry struct {
	partition int32
	offset    int64
	key       string
	value     string
	headers   map[string]string
}

// publish writes records straight to a topic, as an app without the gateway does, and
// returns nil when all of them are acknowledged.
func (s *site) publish(topic string, out []outgoing) error {
	if len(out) == 0 {
		return nil
	}
	producer, err := sarama.NewSyncProducerFromClient(s.client)
	if err != nil {
		return fmt.Errorf("publishing: %w", err)
	}
	messages := make([]*sarama.ProducerMessage, len(out))
	for i := range out {
		messages[i] = &sarama.ProducerMessage{
			Topic: s.prefix + topic, Key: sarama.StringEncoder(out[i].key), Value: sarama.StringEncoder(out[i].value),
			Headers: []sarama.RecordHeader{{Key: []byte("received-at"), Value: strconv.AppendInt(nil, out[i].received, 10)}},
		}
	}
	if err := errors.Join(producer.SendMessages(messages), producer.Close()); err != nil {
		return fmt.Errorf("publishing: %w", err)
	}
	return nil
}

// ends is the next offset of every partition of a topic.
func (s *site) ends(topic string) map[int32]int64 {
	s.t.Helper()
	partitions, err := s.client.Partitions(s.prefix + topic)
	if err != nil {
		s.t.Fatalf("asking for %s: %v", topic, err)
	}
	ends := make(map[int32]int64, len(partitions))
	for _, id := range partitions {
		if ends[id], err = s.client.GetOffset(s.prefix+topic, id, sarama.OffsetNewest); err != nil {
			s.t.Fatalf("asking for %s/%d: %v", topic, id, err)
		}
	}
	return ends
}

// read returns every record that a topic holds now.
func (s *site) read(topic string) []entry {
	s.t.Helper()
	consumer, err := sarama.NewConsumerFromClient(s.client)
	if err != nil {
		s.t.Fatal(err)
	}
	var all []entry
	for id, end := range s.ends(topic) {
		if end == 0 {
			continue
		}
		claim, err := consumer.ConsumePartition(s.prefix+topic, id, 0)
		if err != nil {
			s.t.Fatalf("reading %s/%d: %v", topic, id, err)
		}
		for next := int64(0); next < end; {
			select {
			case m := <-claim.Messages():
				all = append(all, entryOf(m))
				next = m.Offset + 1
			case <-time.After(patience):
				s.t.Fatalf("reading %s/%d: stuck at %d of %d", topic, id, next, end)
			}
		}
		if err := claim.Close(); err != nil {
			s.t.Fatalf("reading %s/%d: %v", topic, id, err)
		}
	}
	return all
}

func entryOf(m *sarama.ConsumerMessage) entry {
	e := entry{partition: m.Partition, offset: m.Offset, key: string(m.Key), value: string(m.Value), headers: map[string]string{}}
	for _, h := range m.Headers {
		e.headers[string(h.Key)] = string(h.Value)
	}
	return e
}

// behind is nil when a pipeline's group has committed everything that the topic holds.
func (s *site) behind(pipeline, topic string) error {
	s.t.Helper()
	n, err := s.missing(pipeline, topic)
	if err == nil && n > 0 {
		err = fmt.Errorf("%s is %d records behind", pipeline, n)
	}
	return err
}

// missing is how many records of the topic a pipeline's group has not committed.
func (s *site) missing(pipeline, topic string) (missing int64, err error) {
	s.t.Helper()
	ends := s.ends(topic)
	ids := make([]int32, 0, len(ends))
	for id := range ends {
		ids = append(ids, id)
	}
	group := s.prefix + "sluice-" + pipeline
	reply, err := s.admin.ListConsumerGroupOffsets(group, map[string][]int32{s.prefix + topic: ids})
	if err != nil {
		return 0, fmt.Errorf("asking for the commits of %s: %w", group, err)
	}
	for id, end := range ends {
		block := reply.GetBlock(s.prefix+topic, id)
		if block == nil || block.Offset < 0 {
			missing += end
			continue
		}
		if block.Offset > end {
			s.t.Errorf("%s has committed %d of partition %d, which ends at %d", group, block.Offset, id, end)
		}
		missing += end - block.Offset
	}
	return missing, nil
}

// settled waits until both pipelines have committed everything. It is patient with one that gets on:
// how much an outage left behind depends on how long a busy machine took to start the server.
func (s *site) settled(pipelines ...string) {
	s.t.Helper()
	for _, pipeline := range pipelines {
		for least := int64(math.MaxInt64); least > 0; {
			until(s.t, pipeline+" to settle more", func() error {
				n, err := s.missing(pipeline, pings)
				if err == nil && n >= least {
					err = fmt.Errorf("%s is %d records behind", pipeline, n)
				}
				if err == nil {
					least = n
				}
				return err
			})
		}
	}
}
