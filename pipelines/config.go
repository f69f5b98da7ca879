package pipelines

import (
	"errors"
	"fmt"
	"time"
)

// Config bounds one pipeline. The zero value of a field takes its default.
//
// Memory of a pipeline is at most about BufferBytes, and one batch more per lane, beside
// what its source holds.
type Config struct {
	Name string // names the pipeline in metrics, dead letters and its consumer group; required

	BatchRecords int           // a batch closes at so many writes; 0 = 5000
	BatchBytes   int           // … or when its documents reach so many bytes; 0 = 1 MiB
	BatchAge     time.Duration // … or so long after its first record; 0 = 200 ms
	InFlight     int           // batches of one lane that may be at the sink at once; 0 = 2

	PollRecords      int           // records taken from the source at once; 0 = 256
	BufferBytes      int64         // unsettled bytes of all lanes together: a lane over its share stops polling; 0 = 64 MiB
	UnsettledRecords int64         // offsets of one lane between the commit and the newest record; 0 = 4,000,000
	CoalesceWindow   time.Duration // per identity, the first record and then the newest within it are written; 0 = every record
	Identities       int           // that a lane remembers, about 100 bytes each and what its stream keeps; 0 = 100,000

	// AsOfRecord judges each record's age as of its own time, and lets no write expire: for a
	// replay, which so decides as it was decided then. false = as of now.
	AsOfRecord bool

	RetryBase      time.Duration // first wait before a retry, doubled each time, jittered; 0 = 100 ms
	RetryMax       time.Duration // longest wait; 0 = 5 s
	CommitInterval time.Duration // between commits of a lane; 0 = 1 s
	DrainTimeout   time.Duration // a lane that must go has so long; below the group's rebalance time-out; 0 = 8 s
	StallAfter     time.Duration // lag without progress for so long is a stall; 0 = 30 s
}

func (c *Config) applyDefaults() {
	setDefault(&c.BatchRecords, 5000)
	setDefault(&c.BatchBytes, 1<<20)
	setDefault(&c.BatchAge, 200*time.Millisecond)
	setDefault(&c.InFlight, 2)
	setDefault(&c.PollRecords, 256)
	setDefault(&c.BufferBytes, 64<<20)
	setDefault(&c.UnsettledRecords, 4_000_000)
	setDefault(&c.Identities, 100_000)
	setDefault(&c.RetryBase, 100*time.Millisecond)
	setDefault(&c.RetryMax, 5*time.Second)
	setDefault(&c.CommitInterval, time.Second)
	setDefault(&c.DrainTimeout, 8*time.Second)
	setDefault(&c.StallAfter, 30*time.Second)
}

func setDefault[N int | int64 | time.Duration](field *N, value N) {
	if *field == 0 {
		*field = value
	}
}

// Validate reports every complaint at once.
func (c *Config) Validate() error {
	var complaints []error
	complain := func(ok bool, format string, args ...any) {
		if !ok {
			complaints = append(complaints, fmt.Errorf(format, args...))
		}
	}
	complain(c.Name != "", "name is required")
	complain(c.BatchRecords >= 0, "batchRecords is %d, must not be negative", c.BatchRecords)
	complain(c.BatchBytes >= 0, "batchBytes is %d, must not be negative", c.BatchBytes)
	complain(c.InFlight >= 0, "inFlight is %d, must not be negative", c.InFlight)
	complain(c.PollRecords >= 0, "pollRecords is %d, must not be negative", c.PollRecords)
	complain(c.Identities >= 0, "identities is %d, must not be negative", c.Identities)
	complain(c.UnsettledRecords >= 0, "unsettledRecords is %d, must not be negative", c.UnsettledRecords)
	for name, d := range map[string]time.Duration{
		"batchAge": c.BatchAge, "coalesceWindow": c.CoalesceWindow, "retryBase": c.RetryBase, "retryMax": c.RetryMax,
		"commitInterval": c.CommitInterval, "drainTimeout": c.DrainTimeout, "stallAfter": c.StallAfter,
	} {
		complain(d >= 0, "%s is %s, must not be negative", name, d)
	}
	full := *c
	full.applyDefaults()
	complain(full.BufferBytes >= int64(full.BatchBytes), "bufferBytes (%d) must hold at least one batch of batchBytes (%d)", full.BufferBytes, full.BatchBytes)
	complain(full.RetryMax >= full.RetryBase, "retryMax (%s) is below retryBase (%s)", full.RetryMax, full.RetryBase)
	return errors.Join(complaints...)
}
