package kafka

import (
	"errors"
	"fmt"
	"time"

	"github.com/IBM/sarama"
)

// GroupConfig tunes one consumer group.
type GroupConfig struct {
	// InstanceID makes the membership static: a process that restarts with the same id
	// within SessionTimeout gets its partitions back without a rebalance. Two processes
	// must never share one. "" = dynamic: a member that stops hands over at once.
	InstanceID string

	// Notes are kept with every commit of a partition, for Admin.Places to read; at most 4096
	// bytes each by the brokers' default. nil = none.
	Notes map[int32]string

	SessionTimeout    time.Duration // a member silent for so long is dead; 0 = 8 s (brokers allow 6 s and more)
	HeartbeatInterval time.Duration // how soon a rebalance is noticed; 0 = 300 ms
	RebalanceTimeout  time.Duration // a revoked lane has so long to drain; 0 = 30 s

	// One partition holds at most two answers, as the broker compressed them and unpacked:
	// the one being polled and the next.
	FetchBytes    int32         // asked for per fetch of a partition, compressed; 0 = 512 KiB
	FetchMaxBytes int32         // asked for when one batch is larger than FetchBytes; 0 = 16 MiB
	FetchWait     time.Duration // a leader without new records answers after so long; 0 = 250 ms

	TopicCheck time.Duration // so often it is looked whether the topic was made anew; 0 = 5 s

	RetryBase time.Duration // first wait after a failure of the group or of a fetch, doubled each time; 0 = 250 ms
	RetryMax  time.Duration // longest wait; 0 = 5 s
}

func (g GroupConfig) withDefaults() GroupConfig {
	g.SessionTimeout = orElse(g.SessionTimeout, 8*time.Second)
	g.HeartbeatInterval = orElse(g.HeartbeatInterval, 300*time.Millisecond)
	g.RebalanceTimeout = orElse(g.RebalanceTimeout, 30*time.Second)
	g.FetchBytes = orElse(g.FetchBytes, 512<<10)
	g.FetchMaxBytes = orElse(g.FetchMaxBytes, 16<<20)
	g.FetchWait = orElse(g.FetchWait, 250*time.Millisecond)
	g.TopicCheck = orElse(g.TopicCheck, 5*time.Second)
	g.RetryBase = orElse(g.RetryBase, 250*time.Millisecond)
	g.RetryMax = orElse(g.RetryMax, 5*time.Second)
	return g
}

// validate wants the defaults in place.
func (g GroupConfig) validate() error {
	var errs []error
	below := func(what string, v int64) {
		if v < 0 {
			errs = append(errs, fmt.Errorf("kafka: group: %s is below zero", what))
		}
	}
	below("session time-out", int64(g.SessionTimeout))
	below("heartbeat interval", int64(g.HeartbeatInterval))
	below("rebalance time-out", int64(g.RebalanceTimeout))
	below("fetch bytes", int64(g.FetchBytes))
	below("fetch max bytes", int64(g.FetchMaxBytes))
	below("fetch wait", int64(g.FetchWait))
	below("topic check", int64(g.TopicCheck))
	below("retry base", int64(g.RetryBase))
	if g.HeartbeatInterval > g.SessionTimeout/3 {
		errs = append(errs, errors.New("kafka: group: a heartbeat must come at least three times per session time-out"))
	}
	if g.FetchMaxBytes < g.FetchBytes {
		errs = append(errs, errors.New("kafka: group: fetch max bytes is below fetch bytes"))
	}
	if g.RetryMax < g.RetryBase {
		errs = append(errs, errors.New("kafka: group: retry max is below retry base"))
	}
	return errors.Join(errs...)
}

// apply puts the settings into a client's. What sarama's own consumer fetches between a claim
// and its pause is thrown away, so it is kept small.
func (g GroupConfig) apply(conf *sarama.Config, strategy sarama.BalanceStrategy) {
	conf.ChannelBufferSize = 1
	conf.Consumer.Return.Errors = true
	conf.Consumer.MaxWaitTime = g.FetchWait
	conf.Consumer.Fetch.Default = 1
	conf.Consumer.Fetch.MaxBytes = 1
	conf.Consumer.Retry.Backoff = g.RetryBase
	conf.Consumer.Offsets.Initial = sarama.OffsetOldest
	conf.Consumer.Offsets.AutoCommit.Enable = false
	conf.Consumer.Group.InstanceId = g.InstanceID
	conf.Consumer.Group.Session.Timeout = g.SessionTimeout
	conf.Consumer.Group.Heartbeat.Interval = g.HeartbeatInterval
	conf.Consumer.Group.Rebalance.Timeout = g.RebalanceTimeout
	// A join that another rebalance overtakes is tried again for as long as the session lives:
	// given up, its lanes would be left with a generation that is over, and their last commits refused.
	conf.Consumer.Group.Rebalance.Retry.Backoff = g.RetryBase
	conf.Consumer.Group.Rebalance.Retry.Max = int(g.SessionTimeout / g.RetryBase)
	conf.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{strategy}
	conf.Consumer.Group.ResetInvalidOffsets = true // begin.go finds where to read, and reports what was lost
}
