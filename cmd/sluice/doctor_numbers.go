package main

import (
	"context"
	"fmt"

	"sluice/internal/doctor"
	"sluice/internal/kafka"
	"sluice/schemas"
)

// numbers are the topics whose offsets count: what the store of member levels was given of them must lie within.
type numbers struct {
	cfg  *config
	look *kafka.Inspector
}

// newNumbers does not dial. Its closer hangs up.
func newNumbers(cfg *config) (*numbers, func() error, error) {
	look, err := kafka.NewInspector(cfg.kafka())
	if err != nil {
		return nil, nil, err
	}
	return &numbers{cfg: cfg, look: look}, look.Close, nil
}

// check compares the greatest epoch and the greatest fence of a store with the ends of their topics.
func (n *numbers) check(ctx context.Context, epoch, fence int64) []doctor.Finding {
	epochs, ticks := n.cfg.Topic.Prefix+schemas.TopicEpochs, n.cfg.Topic.Prefix+schemas.TopicTicks
	var found []doctor.Finding
	if end, err := n.end(ctx, schemas.TopicEpochs); err != nil {
		found = append(found, doctor.Skipped("numbers", epochs, "its end is not known: "+err.Error()))
	} else {
		found = append(found, judgeEpochs(n.cfg, epochs, end, epoch)...)
	}
	if end, err := n.end(ctx, schemas.TopicTicks); err != nil {
		found = append(found, doctor.Skipped("numbers", ticks, "its end is not known: "+err.Error()))
	} else {
		found = append(found, judgeFences(n.cfg, ticks, end, fence)...)
	}
	return found
}

// end is the offset of the next record of a topic of one partition.
func (n *numbers) end(ctx context.Context, topic string) (int64, error) {
	parts, err := n.look.Lag(ctx, n.cfg.groupID(roleJobs), topic)
	if err != nil {
		return 0, err
	}
	end := int64(0)
	for _, part := range parts {
		end = max(end, part.End)
	}
	return end, nil
}

// judgeEpochs: an epoch is an offset and one more, so none is above the end. Where the topic was made anew the next loss
// of all data would begin with an epoch that consumers have passed.
func judgeEpochs(cfg *config, topic string, end, epoch int64) []doctor.Finding {
	j := judged{what: "numbers", where: topic}
	if epoch > end {
		j.warn(countUp(cfg, topic, epoch-end), "was made anew: it ends at %d, the store has epoch %d; behind a lost store consumers would take new changes of level for old ones", end, epoch)
	}
	return j.or("ends at %d, the store has epoch %d", end, epoch)
}

// judgeFences: a fence is the offset of a tick. It is 0 or less where no job was at the store yet.
func judgeFences(cfg *config, topic string, end, fence int64) []doctor.Finding {
	j := judged{what: "numbers", where: topic}
	if fence > 0 && fence >= end {
		j.fail(countUp(cfg, topic, fence-end+1), "was made anew: it ends at %d, the store has seen tick %d; the jobs are refused until they are beyond it", end, fence)
	}
	return j.or("ends at %d, the store has seen tick %d", end, max(fence, 0))
}

// countUp is the command that moves a topic's end by so many records.
func countUp(cfg *config, topic string, records int64) string {
	return fmt.Sprintf("seq %d | kafka-console-producer.sh --bootstrap-server %s --topic %s", records, cfg.Kafka.Brokers[0], topic)
}
