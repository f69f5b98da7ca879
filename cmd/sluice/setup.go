package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"sluice/internal/kafka"
	"sluice/schemas"
	"sluice/sinks/elastic"
)

// setupCmd is `sluice setup`.
type setupCmd struct {
	configFlag
	JSON bool `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (setupCmd) Help() string {
	return `Makes topics with topic.partitions and topic.replicas, and Elasticsearch's templates and live index; in Redis nothing has to be made. ` +
		`What is there is kept: a topic that differs from the configuration is named, not changed. It ends once all brokers know all topics and their leaders, so that what starts next finds them.

Example:
  SLUICE_TOPIC_REPLICAS=3 SLUICE_TOPIC_MIN_ISR=2 sluice setup`
}

// step is one thing that setup did or found.
type step struct {
	What string `json:"what"` // topic, template or index
	Name string `json:"name"`
	Done string `json:"done"` // created, updated, unchanged, differs
	Note string `json:"note,omitempty"`
}

// Run makes what is missing; both servers are tried even when one fails.
func (c *setupCmd) Run(ctx context.Context, p *process) error {
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	topics, kafkaErr := setupKafka(ctx, cfg)
	indices, elasticErr := setupElastic(ctx, cfg)
	if cfg.Topic.Replicas == 1 {
		p.tell("warning: topic.replicas is 1: a lost broker loses what was acknowledged; use 3 with topic.minIsr 2")
	}
	if cfg.Topic.Replicas > 1 && cfg.Topic.MinISR == 1 {
		p.tell("warning: topic.minIsr is 1: what only one of the copies has is acknowledged, and lost with that broker; use 2")
	}
	printing := printSteps(p.stdout, append(topics, indices...), c.JSON)
	return errors.Join(kafkaErr, elasticErr, printing)
}

// counters are the topics whose offsets are numbers that must not come twice: they have one partition.
func counters() []string { return []string{schemas.TopicTicks, schemas.TopicEpochs} }

// topicSpecs are the topics of all pipelines and their dead letters.
func topicSpecs(cfg *config) []kafka.TopicSpec {
	topic := func(name string, maxMessage int64, retention time.Duration) kafka.TopicSpec {
		s := kafka.TopicSpec{
			Name: name, Partitions: int32(cfg.Topic.Partitions), Replication: int16(cfg.Topic.Replicas),
			Settings: map[string]string{
				"min.insync.replicas": strconv.Itoa(cfg.Topic.MinISR),
				"max.message.bytes":   strconv.FormatInt(maxMessage, 10),
			},
		}
		if retention > 0 {
			s.Settings["retention.ms"] = strconv.FormatInt(retention.Milliseconds(), 10)
		}
		return s
	}
	pings := topic(schemas.TopicPings, int64(cfg.Topic.MaxMessage), cfg.Topic.Retention)
	// A ping that an app wrote here itself counts as received when the broker says, not when its
	// own clock does: else a clock ahead could not be told, and would freeze its driver.
	pings.Settings["message.timestamp.type"] = "LogAppendTime"
	specs := []kafka.TopicSpec{pings}
	for _, name := range []string{schemas.TopicOrders, schemas.TopicPurchases, schemas.TopicLevels, schemas.TopicCoupons} {
		specs = append(specs, topic(name, int64(cfg.Topic.MaxMessage), cfg.Topic.Retention))
	}
	for _, name := range counters() {
		counter := topic(name, int64(cfg.Topic.MaxMessage), cfg.Topic.Retention)
		counter.Partitions = 1
		specs = append(specs, counter)
	}
	audit := topic(schemas.TopicRules, int64(cfg.Topic.MaxMessage), 0)
	audit.Partitions, audit.Settings["retention.ms"] = 1, "-1"
	specs = append(specs, audit)
	for _, name := range namesOf(cfg.boxes(nil)) {
		specs = append(specs, topic(schemas.DeadTopic(name), int64(cfg.Topic.MaxMessage)+letterMargin, cfg.Topic.DeadRetention))
	}
	return specs
}

func setupKafka(ctx context.Context, cfg *config) (steps []step, err error) {
	admin, err := kafka.NewAdmin(cfg.kafka())
	if err != nil {
		return nil, usage(err)
	}
	defer func() { err = errors.Join(err, admin.Close()) }()
	reports, err := admin.Setup(ctx, topicSpecs(cfg))
	for _, r := range reports {
		s := step{What: "topic", Name: cfg.Topic.Prefix + r.Name, Done: "unchanged"}
		if r.Created {
			s.Done = "created"
		}
		for _, d := range r.Differs {
			s.Done = "differs"
			s.Note += fmt.Sprintf("%s is %s, wanted %s; ", d.What, d.Have, d.Wanted)
		}
		steps = append(steps, s)
	}
	return steps, err
}

// newSetup knows what Elasticsearch must have.
func newSetup(cfg *config) (*elastic.Setup, error) {
	templates, err := schemas.Templates(cfg.Index.Prefix, cfg.templates())
	if err != nil {
		return nil, usage(err)
	}
	set, err := elastic.NewSetup(cfg.elastic(), templates)
	if err != nil {
		return nil, usage(err)
	}
	return set, nil
}

func setupElastic(ctx context.Context, cfg *config) ([]step, error) {
	set, err := newSetup(cfg)
	if err != nil {
		return nil, err
	}
	changes, err := set.Apply(ctx)
	steps := make([]step, 0, len(changes))
	for _, c := range changes {
		steps = append(steps, step{What: c.What, Name: c.Name, Done: c.Done})
	}
	if err != nil {
		err = fmt.Errorf("setting up Elasticsearch: %w", err)
	}
	return steps, err
}

func printSteps(w io.Writer, steps []step, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(steps)
	}
	for _, s := range steps {
		line := fmt.Sprintf("%-9s %-9s %s %s", s.Done, s.What, s.Name, s.Note)
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, "; ")); err != nil {
			return fmt.Errorf("printing: %w", err)
		}
	}
	return nil
}
