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

	SessionTimeout    time.Duration // a member silent for so long is dead; 0 = 8 s (brokers allow 6 s and more)
	HeartbeatInterval time.Duration // how soon a rebalance is noticed; 0 = 300 ms
	RebalanceTimeout  time.Duration // a revoked lane has so long to drain; 0 = 30 s

	FetchBytes    int32         // asked for per partition and fetch; 0 = 1 MiB
	FetchMaxBytes int32         // of one answer of one broker; 0 = 16 MiB
	FetchWait     time.Duration // a broker without records answers after so long; 0 = 250 ms
	BufferRecords int           // records of one partition fetched ahead of Poll; 0 = 256

	// SlowAfter is how long one partition that takes nothing may hold back the others of
	// its broker: then it is fetched apart. 0 = 25 ms.
	SlowAfter time.Duration
	// PauseAfter is how long a partition with records waiting may go without Poll before
	// it is paused at the broker; 0 = 250 ms.
	PauseAfter time.Duration

	RetryBase time.Duration // first wait after a failure of the group, doubled each time; 0 = 250 ms
	RetryMax  time.Duration // longest wait; 0 = 5 s
}

func (g GroupConfig) withDefaults() GroupConfig {
	g.SessionTimeout = orElse(g.SessionTimeout, 8*time.Second)
	g.HeartbeatInterval = orElse(g.HeartbeatInterval, 300*time.Millisecond)
	g.RebalanceTimeout = orElse(g.RebalanceTimeout, 30*time.Second)
	g.FetchBytes = orElse(g.FetchBytes, 1<<20)
	g.FetchMaxBytes = orElse(g.FetchMaxBytes, 16<<20)
	g.FetchWait = orElse(g.FetchWait, 250*time.Millisecond)
	g.BufferRecords = orElse(g.BufferRecords, 256)
	g.SlowAfter = orElse(g.SlowAfter, 25*time.Millisecond)
	g.PauseAfter = orElse(g.PauseAfter, 250*time.Millisecond)
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
	below("buffer records", int64(g.BufferRecords))
	below("slow after", int64(g.SlowAfter))
	below("pause after", int64(g.PauseAfter))
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

// apply puts the settings into a client's.
func (g GroupConfig) apply(conf *sarama.Config, strategy sarama.BalanceStrategy) {
	conf.ChannelBufferSize = g.BufferRecords
	conf.Consumer.Return.Errors = true
	conf.Consumer.MaxProcessingTime = g.SlowAfter
	conf.Consumer.MaxWaitTime = g.FetchWait
	conf.Consumer.Fetch.Default = g.FetchBytes
	conf.Consumer.Fetch.MaxBytes = g.FetchMaxBytes
	conf.Consumer.Retry.Backoff = g.RetryBase
	conf.Consumer.Offsets.Initial = sarama.OffsetOldest
	conf.Consumer.Offsets.AutoCommit.Enable = false
	conf.Consumer.Group.InstanceId = g.InstanceID
	conf.Consumer.Group.Session.Timeout = g.SessionTimeout
	conf.Consumer.Group.Heartbeat.Interval = g.HeartbeatInterval
	conf.Consumer.Group.Rebalance.Timeout = g.RebalanceTimeout
	conf.Consumer.Group.Rebalance.Retry.Backoff = g.RetryBase
	conf.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{strategy}
	conf.Consumer.Group.ResetInvalidOffsets = true // claim.go reports what was lost
}
