package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/IBM/sarama"
)

// TopicSpec is a topic as it should be.
type TopicSpec struct {
	Name        string // without the prefix
	Partitions  int32  // above 0
	Replication int16  // copies of each partition; 0 = the broker's default
	// Settings are the topic's own, by Kafka's names: retention.ms, min.insync.replicas,
	// max.message.bytes, …
	Settings map[string]string
}

// TopicReport is what Setup did about a topic, or found.
type TopicReport struct {
	Name    string
	Created bool
	Differs []Difference // of a topic that was there: nothing is changed
}

// Difference is one thing about a topic that is not as it should be.
type Difference struct {
	What         string // "partitions", "replication" or the setting's name
	Wanted, Have string
}

// Setup makes the topics that are missing and reports how the others differ from their
// specs. It changes nothing that exists: more partitions would move keys, and settings
// may have been tuned. Running it again is harmless. It returns once every broker knows every topic and
// who leads its partitions, which takes at most half a minute: whoever starts behind it finds them.
func (a *Admin) Setup(ctx context.Context, specs []TopicSpec) ([]TopicReport, error) {
	reports, err := await(ctx, func() ([]TopicReport, error) {
		_, admin, err := a.connect()
		if err != nil {
			return nil, err
		}
		reports := make([]TopicReport, 0, len(specs))
		for _, spec := range specs {
			report, err := a.setup(admin, spec)
			if err != nil {
				return reports, fmt.Errorf("topic %s: %w", spec.Name, err)
			}
			reports = append(reports, report)
		}
		return reports, nil
	})
	if err == nil {
		err = a.known(ctx, specs)
	}
	if err != nil {
		return reports, fmt.Errorf("setting up topics: %w", err)
	}
	return reports, nil
}

func (a *Admin) setup(admin sarama.ClusterAdmin, spec TopicSpec) (TopicReport, error) {
	report := TopicReport{Name: spec.Name}
	detail := &sarama.TopicDetail{
		NumPartitions: spec.Partitions, ReplicationFactor: orElse(spec.Replication, -1), ConfigEntries: make(map[string]*string),
	}
	for name, value := range spec.Settings {
		detail.ConfigEntries[name] = &value
	}
	err := admin.CreateTopic(a.cfg.topic(spec.Name), detail, false)
	if err == nil {
		report.Created = true
		return report, nil
	}
	if !errors.Is(err, sarama.ErrTopicAlreadyExists) {
		return report, err
	}
	report.Differs, err = a.compare(admin, spec)
	return report, err
}

func (a *Admin) compare(admin sarama.ClusterAdmin, spec TopicSpec) ([]Difference, error) {
	wire := a.cfg.topic(spec.Name)
	topics, err := admin.DescribeTopics([]string{wire})
	if err != nil {
		return nil, err
	}
	if len(topics) != 1 || len(topics[0].Partitions) == 0 {
		return nil, errors.New("the broker did not describe it")
	}
	var differs []Difference
	check := func(what, wanted, have string) {
		if wanted != have {
			differs = append(differs, Difference{What: what, Wanted: wanted, Have: have})
		}
	}
	check("partitions", strconv.Itoa(int(spec.Partitions)), strconv.Itoa(len(topics[0].Partitions)))
	if spec.Replication > 0 {
		check("replication", strconv.Itoa(int(spec.Replication)), strconv.Itoa(len(topics[0].Partitions[0].Replicas)))
	}
	if len(spec.Settings) == 0 {
		return differs, nil
	}
	names := slices.Sorted(maps.Keys(spec.Settings))
	have, err := settingsOf(admin, wire, names)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		check(name, spec.Settings[name], have[name])
	}
	return differs, nil
}

// settingsOf asks for some of a topic's settings.
func settingsOf(admin sarama.ClusterAdmin, wire string, names []string) (map[string]string, error) {
	return describeSettings(admin, sarama.TopicResource, wire, names)
}
