package bench

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Config of a run.
type Config struct {
	Binary  string   // the sluice to be measured, which also serves the baselines; required
	Brokers []string // Kafka without TLS and SASL; required
	Elastic string   // URL of one Elasticsearch node; "" is an error only for rows that need it
	Prefix  string   // of every topic and index of this run, all removed afterwards; required

	Records    int64         // pings of the backlog; 0 = 5,000,000
	Drivers    int           // 0 = 100,000
	Partitions int           // 0 = 8
	Only       []string      // rows, in any order; empty = all
	For        time.Duration // of each measurement by time; 0 = 20 s
	Runs       int           // of each ratio, the median counts; 0 = 1
	Seed       uint64        // of the fleet
	ProfileDir string        // a CPU profile of each measured process goes there; "" = none
}

func (c *Config) applyDefaults() {
	setDefault(&c.Records, 5_000_000)
	setDefault(&c.Drivers, 100_000)
	setDefault(&c.Partitions, 8)
	setDefault(&c.For, 20*time.Second)
	setDefault(&c.Runs, 1)
}

func setDefault[N int | int64 | time.Duration](field *N, value N) {
	if *field == 0 {
		*field = value
	}
}

// Validate reports every complaint at once.
func (c *Config) Validate() error {
	full := *c
	full.applyDefaults()
	var complaints []error
	complain := func(ok bool, format string, args ...any) {
		if !ok {
			complaints = append(complaints, fmt.Errorf(format, args...))
		}
	}
	complain(c.Binary != "", "the binary to be measured is required")
	complain(len(c.Brokers) > 0, "brokers are required")
	complain(c.Prefix != "", "a prefix is required")
	complain(full.Records >= 10_000, "records is %d, must be at least 10,000", c.Records)
	complain(full.Partitions > 0 && full.Partitions <= 256, "partitions is %d, must be 1 to 256", c.Partitions)
	complain(full.Drivers >= full.Partitions, "drivers is %d, must be at least the number of partitions (%d)", c.Drivers, full.Partitions)
	complain(full.For >= 5*time.Second, "for is %s, must be at least 5 s", c.For)
	complain(full.Runs > 0, "runs is %d, must not be negative", c.Runs)
	for _, name := range c.Only {
		i := slices.IndexFunc(rows(), func(r row) bool { return r.name == name })
		complain(i >= 0, "row %q is not one of %v", name, RowNames())
		complain(i < 0 || !rows()[i].elastic || c.Elastic != "", "row %s needs an Elasticsearch", name)
	}
	return errors.Join(complaints...)
}

// Watcher is told how far a run is; it must not block.
type Watcher interface {
	Began(what string)          // a new piece of work
	Progress(done, total int64) // of that piece
	Measured(line Line)         // one result, in order
}
