// Package bare drives Kafka through sarama with nothing of sluice in between: the
// topics and the load of a benchmark, and the baselines that it compares with. It
// connects without TLS and SASL, and is no part of the product.
package bare

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/IBM/sarama"
)

// Cluster is one connection to Kafka.
type Cluster struct {
	client sarama.Client
	admin  sarama.ClusterAdmin
}

// Open connects.
func Open(brokers []string) (*Cluster, error) {
	client, err := sarama.NewClient(brokers, config())
	if err != nil {
		return nil, fmt.Errorf("connecting to Kafka: %w", err)
	}
	admin, err := sarama.NewClusterAdminFromClient(client)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connecting to Kafka: %w", err), client.Close())
	}
	return &Cluster{client: client, admin: admin}, nil
}

func config() *sarama.Config {
	cfg := sarama.NewConfig()
	cfg.ClientID = "sluice-bench"
	cfg.Version = sarama.V3_6_0_0
	cfg.Metadata.AllowAutoTopicCreation = false // a topic removed must not come back by being asked for
	return cfg
}

// Close ends the connection.
func (c *Cluster) Close() error {
	if err := c.admin.Close(); err != nil { // closes the client too
		return fmt.Errorf("closing Kafka: %w", err)
	}
	return nil
}

// CreateTopic makes a topic without replicas and waits until each partition is led; one
// that exists is an error.
func (c *Cluster) CreateTopic(ctx context.Context, topic string, partitions int32) error {
	detail := sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: 1}
	if err := c.admin.CreateTopic(topic, &detail, false); err != nil {
		return fmt.Errorf("creating topic %s: %w", topic, err)
	}
	// There is no signal to wait for.
	tick := time.NewTicker(ledEvery)
	defer tick.Stop()
	late := time.NewTimer(ledWithin)
	defer late.Stop()
	for {
		_, err := c.Ends(topic)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-late.C:
			return fmt.Errorf("creating topic %s: its partitions have no leader: %w", topic, err)
		case <-ctx.Done():
			return fmt.Errorf("creating topic %s: %w", topic, context.Cause(ctx))
		}
	}
}

const (
	ledEvery  = 50 * time.Millisecond
	ledWithin = 10 * time.Second
)

// Ends are the offsets behind the last record of each partition.
func (c *Cluster) Ends(topic string) ([]int64, error) {
	if err := c.client.RefreshMetadata(topic); err != nil {
		return nil, fmt.Errorf("asking for partitions of %s: %w", topic, err)
	}
	parts, err := c.client.Partitions(topic)
	if err != nil {
		return nil, fmt.Errorf("asking for partitions of %s: %w", topic, err)
	}
	ends := make([]int64, len(parts))
	for _, p := range parts {
		if ends[p], err = c.client.GetOffset(topic, p, sarama.OffsetNewest); err != nil {
			return nil, fmt.Errorf("asking for the end of %s/%d: %w", topic, p, err)
		}
	}
	return ends, nil
}

// Forget removes every topic whose name begins with prefix, and every idle group that
// belongs to them.
func (c *Cluster) Forget(prefix string) error {
	return errors.Join(c.ForgetGroups(prefix), c.ForgetTopics(prefix))
}

// ForgetTopics removes every topic whose name begins with prefix.
func (c *Cluster) ForgetTopics(prefix string) error {
	topics, err := c.admin.ListTopics()
	if err != nil {
		return fmt.Errorf("listing topics: %w", err)
	}
	var complaints []error
	for topic := range topics {
		if !strings.HasPrefix(topic, prefix) {
			continue
		}
		if err := c.admin.DeleteTopic(topic); err != nil {
			complaints = append(complaints, fmt.Errorf("deleting topic %s: %w", topic, err))
		}
	}
	return errors.Join(complaints...)
}

// ForgetGroups removes every group whose name begins with prefix, or that has committed
// an offset of a topic whose name does; one that still has members is an error.
func (c *Cluster) ForgetGroups(prefix string) error {
	groups, err := c.admin.ListConsumerGroups()
	if err != nil {
		return fmt.Errorf("listing groups: %w", err)
	}
	var complaints []error
	for group := range groups {
		ours, err := c.ours(group, prefix)
		if err == nil && ours {
			err = c.admin.DeleteConsumerGroup(group)
		}
		if err != nil && !errors.Is(err, sarama.ErrGroupIDNotFound) {
			complaints = append(complaints, fmt.Errorf("deleting group %s: %w", group, err))
		}
	}
	return errors.Join(complaints...)
}

func (c *Cluster) ours(group, prefix string) (bool, error) {
	if strings.HasPrefix(group, prefix) {
		return true, nil
	}
	offsets, err := c.admin.ListConsumerGroupOffsets(group, nil)
	if err != nil {
		return false, err
	}
	for topic := range offsets.Blocks {
		if strings.HasPrefix(topic, prefix) {
			return true, nil
		}
	}
	return false, nil
}

// Version is the cluster's metadata version, as far as it says.
func (c *Cluster) Version() (string, error) {
	broker, err := c.client.Controller()
	if err != nil {
		return "", fmt.Errorf("asking for the controller: %w", err)
	}
	answer, err := broker.ApiVersions(&sarama.ApiVersionsRequest{Version: 3, ClientSoftwareName: "sluice", ClientSoftwareVersion: "bench"})
	if err != nil {
		return "", fmt.Errorf("asking for versions: %w", err)
	}
	for _, f := range answer.FinalizedFeatures {
		if f.Name == "metadata.version" {
			return release(f.MaxVersionLevel), nil
		}
	}
	return "unknown", nil
}

// release is the Kafka release that brought a metadata level; a cluster may run a newer one.
func release(level int16) string {
	releases := []struct {
		level int16
		name  string
	}{{27, "4.1"}, {22, "4.0"}, {21, "3.9"}, {20, "3.8"}, {15, "3.7"}, {12, "3.6"}}
	for _, r := range releases {
		if level >= r.level {
			return fmt.Sprintf("%s (metadata.version %d)", r.name, level)
		}
	}
	return fmt.Sprintf("before 3.6 (metadata.version %d)", level)
}
