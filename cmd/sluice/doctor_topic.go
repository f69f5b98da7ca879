package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/internal/doctor"
	"sluice/internal/kafka"
)

// Kafka's names of the settings that are judged.
const (
	settingMinISR     = "min.insync.replicas"
	settingMaxMessage = "max.message.bytes"
	settingTimeType   = "message.timestamp.type"
	settingRetention  = "retention.ms"
	settingUnclean    = "unclean.leader.election.enable"
	settingCleanup    = "cleanup.policy"
)

func askedOfTopics(spec kafka.TopicSpec) []string {
	return append(slices.Collect(maps.Keys(spec.Settings)), settingUnclean, settingCleanup, settingRetention)
}

// judgeTopic compares a topic with its specification and looks after its copies.
func judgeTopic(cfg *config, spec kafka.TopicSpec, state kafka.TopicState) []doctor.Finding {
	j := &judged{what: "topic", where: cfg.Topic.Prefix + spec.Name}
	if state.Missing {
		j.fail("sluice setup", "is missing")
		return j.found
	}
	judgeShape(j, cfg, spec, state)
	judgeCopies(j, spec, state)
	for _, name := range slices.Sorted(maps.Keys(spec.Settings)) {
		judgeSetting(j, cfg, name, spec.Settings[name], state.Settings[name])
	}
	if state.Settings[settingUnclean] == "true" && len(state.Partitions) > 0 && state.Partitions[0].Replicas > 1 {
		j.fail(alterTopic(cfg, j.where, settingUnclean+"=false"), "%s is on: a copy that lags may become the leader, and acknowledged records are lost", settingUnclean)
	}
	if strings.Contains(state.Settings[settingCleanup], "compact") {
		j.fail(alterTopic(cfg, j.where, settingCleanup+"=delete"), "%s is %s: all but the newest record of a key are thrown away", settingCleanup, state.Settings[settingCleanup])
	}
	if m := state.May; m.Known && (!m.Read || !m.Write) {
		j.fail(fmt.Sprintf("kafka-acls.sh --bootstrap-server %s --add --allow-principal User:%s --operation Read --operation Write --topic %s", cfg.Kafka.Brokers[0], principal(cfg), j.where),
			"this user may not%s%s it", words(!m.Read, " read"), words(!m.Write, " write"))
	}
	return j.or("%s, %s", count(len(state.Partitions), "partition"), copies(state))
}

func copies(state kafka.TopicState) string {
	if len(state.Partitions) == 0 {
		return "no copies"
	}
	if n := state.Partitions[0].Replicas; n != 1 {
		return fmt.Sprintf("%d copies, all in sync", n)
	}
	return "1 copy"
}

func words(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}

func principal(cfg *config) string {
	if cfg.Kafka.SASL.User != "" {
		return cfg.Kafka.SASL.User
	}
	return "ANONYMOUS"
}

// judgeShape compares partitions and copies with the configuration.
func judgeShape(j *judged, cfg *config, spec kafka.TopicSpec, state kafka.TopicState) {
	have := len(state.Partitions)
	switch {
	case have == 0:
		j.fail("run `sluice doctor` again; when it stays, look into the controllers' logs", "has no partitions")
		return
	case have > 1 && slices.Contains(counters(), spec.Name):
		j.fail(fmt.Sprintf("kafka-topics.sh --bootstrap-server %s --delete --topic %s && sluice setup # with all of sluice stopped; then sluice doctor again: its offsets have to be beyond what the store has seen",
			cfg.Kafka.Brokers[0], j.where), "has %d partitions and must have one: its offsets are numbers, and would come twice", have)
	case have < int(spec.Partitions):
		j.warn(fmt.Sprintf("kafka-topics.sh --bootstrap-server %s --alter --topic %s --partitions %d # keys move: once the pipelines have no lag; or SLUICE_TOPIC_PARTITIONS=%d",
			cfg.Kafka.Brokers[0], j.where, spec.Partitions, have), "has %d partitions, topic.partitions says %d", have, spec.Partitions)
	case have > int(spec.Partitions):
		j.warn(fmt.Sprintf("SLUICE_TOPIC_PARTITIONS=%d", have), "has %d partitions, topic.partitions says %d; a topic cannot lose any", have, spec.Partitions)
	}
	if replicas := state.Partitions[0].Replicas; replicas < int(spec.Replication) {
		j.warn(fmt.Sprintf("SLUICE_TOPIC_REPLICAS=%d # or kafka-reassign-partitions.sh to %d", replicas, spec.Replication),
			"has %d copies, topic.replicas says %d", replicas, spec.Replication)
	}
}

// judgeCopies looks for partitions that are not safe, or not there.
func judgeCopies(j *judged, spec kafka.TopicSpec, state kafka.TopicState) {
	minISR, err := strconv.Atoi(state.Settings[settingMinISR])
	if err != nil {
		minISR, _ = strconv.Atoi(spec.Settings[settingMinISR]) // the configuration's own, which is a number
	}
	var leaderless, closed, under []int32
	for _, p := range state.Partitions {
		switch {
		case !p.Leader:
			leaderless = append(leaderless, p.ID)
		case p.InSync < minISR:
			closed = append(closed, p.ID)
		case p.InSync < p.Replicas:
			under = append(under, p.ID)
		}
	}
	const restart = "start the brokers that are down; `sluice doctor` names those that do not answer"
	if len(leaderless) > 0 {
		j.fail(restart, "partitions %v have no leader: nothing can be written or read there", leaderless)
	}
	if len(closed) > 0 {
		j.fail(restart, "partitions %v have fewer copies in sync than %s (%d): every write is refused", closed, settingMinISR, minISR)
	}
	if len(under) > 0 {
		j.warn(restart, "partitions %v are under-replicated", under)
	}
}

// judgeSetting compares one setting of a topic with what was wanted.
func judgeSetting(j *judged, cfg *config, name, want, have string) {
	if want == have || have == "" {
		return
	}
	fix := alterTopic(cfg, j.where, name+"="+want)
	wanted, errWant := strconv.ParseInt(want, 10, 64)
	is, errHave := strconv.ParseInt(have, 10, 64)
	less := errWant == nil && errHave == nil && is < wanted
	switch {
	case name == settingMinISR && less:
		j.fail(fix, "%s is %s, topic.minIsr says %s: a record is acknowledged on fewer copies than you want", name, have, want)
	case name == settingMaxMessage && less:
		j.fail(fix, "%s is %s, wanted %s: Kafka refuses what the gateway accepts", name, have, want)
	case name == settingTimeType:
		j.fail(fix, "%s is %s, wanted %s: a device whose clock is ahead freezes its driver", name, have, want)
	default:
		j.warn(fix, "%s is %s, wanted %s", name, have, want)
	}
}

// alterTopic is the command that changes one setting of a topic.
func alterTopic(cfg *config, topic, setting string) string {
	return fmt.Sprintf("kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config %s", cfg.Kafka.Brokers[0], topic, setting)
}

// errNoRecord is a topic without records.
var errNoRecord = errors.New("the topic has no record")

// newest is the last record of a topic.
type newest struct{ ahead time.Duration } // of our clock

// newestRecord finds the newest record of those that end the topic's partitions.
func newestRecord(ctx context.Context, cfg *config, look *kafka.Inspector, topic string) (newest, error) {
	ends, err := look.Lag(ctx, cfg.groupID(specs()[0].name), topic)
	if err != nil {
		return newest{}, err
	}
	var last time.Time
	for _, part := range ends {
		if part.End == part.Start {
			continue
		}
		at, err := look.RecordTime(ctx, topic, part.Partition, part.End-1)
		if err != nil {
			return newest{}, err
		}
		if at.After(last) {
			last = at
		}
	}
	if last.IsZero() {
		return newest{}, errNoRecord
	}
	return newest{ahead: time.Until(last)}, nil
}
