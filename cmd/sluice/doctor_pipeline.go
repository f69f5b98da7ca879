package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"sluice/internal/doctor"
	"sluice/internal/kafka"
	"sluice/internal/printable"
)

// pipelineChecks look at a pipeline's group, what it has still to read and what it gave up.
func pipelineChecks(cfg *config, look *kafka.Inspector, s spec) []doctor.Check {
	group := cfg.groupID(s.name)
	return []doctor.Check{
		{What: "group", Where: group, Run: func(ctx context.Context) []doctor.Finding {
			lags, err := look.Lag(ctx, group, s.topic)
			if err != nil {
				return only(askingFailed("group", group, err))
			}
			state, err := look.Group(ctx, group)
			if err != nil {
				return only(askingFailed("group", group, err))
			}
			return append(judgeGroup(cfg, s.name, state, lags), judgeOffsets(cfg, s, lags)...)
		}},
		stuckCheck(cfg, look, s),
		{What: "retention", Where: group, Run: func(ctx context.Context) []doctor.Finding {
			return checkRetention(ctx, cfg, look, s)
		}},
		deadCheck(cfg, look, s.name),
	}
}

func totalLag(lags []kafka.PartitionLag) (total int64) {
	for _, lag := range lags {
		total += lag.Lag
	}
	return total
}

// judgeGroup says whether somebody reads.
func judgeGroup(cfg *config, pipeline string, state kafka.GroupState, lags []kafka.PartitionLag) []doctor.Finding {
	j := judged{what: "group", where: cfg.groupID(pipeline)}
	lag, start := totalLag(lags), "sluice run pipelines --pipelines "+pipeline
	if len(state.Members) == 0 && lag > 0 {
		j.fail(start, "%s, and no process reads them", countDoing(lag, "record", "waits", "wait"))
	}
	var strangers, idle []string
	for _, m := range state.Members {
		if m.ClientID != cfg.Kafka.ClientID {
			strangers = append(strangers, named(m))
		}
		if m.Partitions == 0 {
			idle = append(idle, named(m))
		}
	}
	if len(strangers) > 0 {
		j.warn(fmt.Sprintf("kafka-consumer-groups.sh --bootstrap-server %s --describe --members --group %s # what is not sluice's needs a group of its own", cfg.Kafka.Brokers[0], j.where),
			"members with another client id than kafka.clientId (%s) read here too: %s", cfg.Kafka.ClientID, listed(strangers))
	}
	if len(idle) > 0 && state.State == "Stable" {
		j.warn(fmt.Sprintf("SLUICE_TOPIC_PARTITIONS=%d # before setup; or run at most %d processes of this pipeline", len(state.Members), len(lags)),
			"%d of %d members have no partition", len(idle), len(state.Members))
	}
	if m := state.May; m.Known && !m.Read {
		j.fail(fmt.Sprintf("kafka-acls.sh --bootstrap-server %s --add --allow-principal User:%s --operation Read --group %s", cfg.Kafka.Brokers[0], principal(cfg), j.where),
			"this user may not read in the group")
	}
	if len(state.Members) == 0 {
		return j.or("no process reads, and nothing waits")
	}
	return j.or("%s, %s, %s behind", strings.ToLower(state.State), count(len(state.Members), "member"), count(int(lag), "record"))
}

// clientShown is how much of a client's id is shown, in bytes.
const clientShown = 64

// named is a member as it calls itself, which is anything.
func named(m kafka.GroupMember) string { return printable.Bounded(m.ClientID, clientShown) + m.Host }

// judgeOffsets looks for commits that no longer fit the topic.
func judgeOffsets(cfg *config, s spec, lags []kafka.PartitionLag) []doctor.Finding {
	j := judged{what: "offsets", where: cfg.groupID(s.name)}
	var lost int64
	var beyond []int32
	for _, lag := range lags {
		switch {
		case lag.Committed < 0:
		case lag.Committed < lag.Start:
			lost += lag.Start - lag.Committed
		case lag.Committed > lag.End:
			beyond = append(beyond, lag.Partition)
		}
	}
	topic := cfg.Topic.Prefix + s.topic
	if lost > 0 {
		j.fail(alterTopic(cfg, topic, settingRetention+"=604800000")+" # a week, for the next time: what is gone is gone",
			"%s thrown away by retention before being read", countDoing(lost, "record", "was", "were"))
	}
	if len(beyond) > 0 {
		j.fail(fmt.Sprintf("kafka-consumer-groups.sh --bootstrap-server %s --group %s --topic %s --reset-offsets --to-earliest --execute # with the pipeline stopped", cfg.Kafka.Brokers[0], j.where, topic),
			"the commits of partitions %v are behind the end of the topic: it was made anew, or lost its end", beyond)
	}
	return j.or("within the topic")
}

// checkRetention finds how long the oldest unread record is still kept.
func checkRetention(ctx context.Context, cfg *config, look *kafka.Inspector, s spec) []doctor.Finding {
	group := cfg.groupID(s.name)
	state, err := look.Topic(ctx, s.topic, []string{settingRetention})
	if err != nil || state.Missing {
		return only(doctor.Skipped("retention", group, "the topic could not be looked at"))
	}
	lags, err := look.Lag(ctx, group, s.topic)
	if err != nil {
		return only(askingFailed("retention", group, err))
	}
	var oldest time.Time
	for _, lag := range lags {
		if lag.Lag == 0 {
			continue
		}
		at, err := look.RecordTime(ctx, s.topic, lag.Partition, max(lag.Committed, lag.Start))
		if err != nil {
			return only(askingFailed("retention", group, err))
		}
		if !at.IsZero() && (oldest.IsZero() || at.Before(oldest)) {
			oldest = at
		}
	}
	ms, err := strconv.ParseInt(state.Settings[settingRetention], 10, 64)
	if err != nil {
		return only(doctor.Skipped("retention", group, "the cluster does not say how long it keeps records"))
	}
	return judgeRetention(cfg, s, keeps(ms), oldest, time.Now())
}

// keeps is a retention in ms, below zero for ever. Some write for ever as the largest number.
func keeps(ms int64) time.Duration {
	if ms > int64(time.Duration(math.MaxInt64)/time.Millisecond)/4 {
		return -1
	}
	return time.Duration(ms) * time.Millisecond
}

// judgeRetention says how long the oldest unread record, zero when there is none, is kept.
func judgeRetention(cfg *config, s spec, keep time.Duration, oldest, now time.Time) []doctor.Finding {
	j := judged{what: "retention", where: cfg.groupID(s.name)}
	switch {
	case keep < 0:
		return j.or("records are kept for ever")
	case oldest.IsZero():
		return j.or("nothing waits; records are kept for %s", rounded(keep))
	}
	left := oldest.Add(keep).Sub(now)
	fix := fmt.Sprintf("sluice run pipelines --pipelines %s # and to win time: %s", s.name,
		alterTopic(cfg, cfg.Topic.Prefix+s.topic, settingRetention+"="+strconv.FormatInt(2*keep.Milliseconds(), 10)))
	switch {
	case left <= keep/10:
		j.fail(fix, "the oldest unread record is thrown away in %s", rounded(max(left, 0)))
	case left <= keep/2:
		j.warn(fix, "the oldest unread record is kept for another %s of %s", rounded(left), rounded(keep))
	}
	return j.or("the oldest unread record is kept for another %s", rounded(left))
}
