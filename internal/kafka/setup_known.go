package kafka

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/IBM/sarama"

	"sluice/internal/pause"
)

// How long Setup waits for all brokers to know all topics, and between two looks.
const (
	knownWithin = 30 * time.Second
	knownEvery  = 100 * time.Millisecond
)

// known waits until every broker lists every topic, and each of their partitions with a leader: a broker hears of a new
// topic some time after whoever made it, and a process may ask any of them.
func (a *Admin) known(ctx context.Context, specs []TopicSpec) error {
	ctx, cancel := context.WithTimeout(ctx, knownWithin)
	defer cancel()
	wire := make([]string, len(specs))
	for i := range specs {
		wire[i] = a.cfg.topic(specs[i].Name)
	}
	lacks := "no broker has answered"
	for {
		said, err := await(ctx, func() (string, error) { return a.lacking(wire) })
		switch {
		case err == nil && said == "":
			return nil
		case err == nil:
			lacks = said
		case ctx.Err() == nil:
			lacks = err.Error()
		}
		if pause.For(ctx, knownEvery) != nil {
			return fmt.Errorf("waiting for all brokers to know all topics: %s: %w", lacks, context.Cause(ctx))
		}
	}
}

// lacking names what the first broker does not know that does not know all; "" when all of them do.
func (a *Admin) lacking(wire []string) (string, error) {
	_, admin, err := a.connect()
	if err != nil {
		return "", err
	}
	brokers, _, err := admin.DescribeCluster()
	if err != nil {
		return "", err
	}
	for _, broker := range brokers {
		lacks, err := a.lackedBy(broker.Addr(), wire)
		if err != nil {
			return "", fmt.Errorf("asking broker %d at %s: %w", broker.ID(), broker.Addr(), err)
		}
		if len(lacks) > 0 {
			return fmt.Sprintf("broker %d at %s lacks %s", broker.ID(), broker.Addr(), strings.Join(lacks, ", ")), nil
		}
	}
	return "", nil
}

// lackedBy are the topics that a broker does not list, or not with all of their leaders.
func (a *Admin) lackedBy(addr string, wire []string) (lacks []string, err error) {
	broker := sarama.NewBroker(addr)
	if err := broker.Open(a.conf); err != nil {
		return nil, err
	}
	defer func() { _ = broker.Close() }() // nothing is left to be lost with it
	said, err := broker.GetMetadata(sarama.NewMetadataRequest(a.conf.Version, wire))
	if err != nil {
		return nil, err
	}
	listed := make(map[string]bool, len(wire))
	for _, topic := range said.Topics {
		listed[topic.Name] = topic.Err == sarama.ErrNoError && len(topic.Partitions) > 0
		for _, p := range topic.Partitions {
			listed[topic.Name] = listed[topic.Name] && p.Leader >= 0
		}
	}
	for _, topic := range wire {
		if !listed[topic] {
			lacks = append(lacks, topic)
		}
	}
	return lacks, nil
}
