package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/IBM/sarama"

	"sluice/internal/pause"
)

// incarnation says which topic of its name this is. One that was deleted and made anew is
// another: the same offsets mean other records there. Both are "" when the brokers do not say.
type incarnation struct{ cluster, id string }

// note is what is kept with a commit; "" when nothing is known.
func (i incarnation) note() string {
	if i.id == "" {
		return ""
	}
	return "topic " + i.id + " cluster " + i.cluster
}

// unlike says that a commit was made in another incarnation. One without a note of ours may
// be an operator's, or older than the notes; one of another cluster came by mirroring,
// which translates offsets and gives the topic another id. Both are believed.
func (i incarnation) unlike(note string) bool {
	words := strings.Fields(note)
	if i.id == "" || len(words) != 4 || words[0] != "topic" || words[2] != "cluster" {
		return false
	}
	return words[1] != i.id && words[3] == i.cluster
}

// incarnation asks a broker which topic this is.
func (c *claims) incarnation() (incarnation, error) {
	return incarnationOf(c.client, c.group.cfg.topic(c.group.topic))
}

func incarnationOf(client sarama.Client, wire string) (incarnation, error) {
	broker := client.LeastLoadedBroker()
	if broker == nil {
		return incarnation{}, sarama.ErrOutOfBrokers
	}
	said, err := broker.GetMetadata(sarama.NewMetadataRequest(client.Config().Version, []string{wire}))
	switch {
	case err != nil:
		return incarnation{}, errors.Join(err, hangUpOn(broker))
	case len(said.Topics) != 1:
		return incarnation{}, sarama.ErrIncompleteResponse
	case said.Topics[0].Err != sarama.ErrNoError && said.Topics[0].Err != sarama.ErrLeaderNotAvailable:
		return incarnation{}, said.Topics[0].Err
	}
	found := incarnation{}
	if said.ClusterID != nil {
		found.cluster = *said.ClusterID
	}
	if id := said.Topics[0].Uuid; id != (sarama.Uuid{}) {
		found.id = id.String()
	}
	return found, nil
}

// hangUpOn closes a connection that failed, so that its next use dials again.
func hangUpOn(broker *sarama.Broker) error {
	if err := broker.Close(); err != nil && !errors.Is(err, sarama.ErrNotConnected) {
		return err
	}
	return nil
}

// watch looks from time to time whether the topic is still the one that is being read: it may
// have been made anew while a lane waits for its store and fetches nothing, and nothing
// in a fetch would tell.
func (c *claims) watch(ctx context.Context) {
	for {
		pause.AtMost(ctx, c.group.group.TopicCheck)
		if ctx.Err() != nil {
			return
		}
		now, err := await(ctx, c.incarnation)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, sarama.ErrUnknownTopicOrPartition):
			c.group.obs.GroupFailed(fmt.Errorf("looking at topic %s: it is not there, and is waited for: %w", c.group.topic, err))
		case err != nil:
			c.group.obs.GroupFailed(fmt.Errorf("looking at topic %s: %w", c.group.topic, err))
		default:
			c.renewUnlike(now)
		}
	}
}

// renewUnlike has claims of another incarnation made anew.
func (c *claims) renewUnlike(now incarnation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, lane := range c.lanes {
		if now.unlike(lane.of.note()) {
			lane.renew()
		}
	}
}
