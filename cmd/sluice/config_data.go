package main

import (
	"time"

	"sluice/internal/broker"
	"sluice/internal/settings"
	"sluice/sinks/embedded"
)

// dataConfig is what `sluice up` keeps in its directory, and how much.
type dataConfig struct {
	Dir       string        `key:"dir" default:"sluice-data" doc:"where sluice up keeps everything; one process at a time may use it"`
	Sync      bool          `key:"sync" default:"true" doc:"wait for the disk before anything is acknowledged; off: a power cut may lose the last seconds, a killed process still loses nothing"`
	MinFree   settings.Size `key:"minFree" default:"256MiB" range:"1MiB..1024GiB" doc:"free space of the directory's disk below which no record is acknowledged any more"`
	KeepFor   time.Duration `key:"keepFor" default:"24h" range:"1m..87600h" doc:"how long the embedded broker keeps records of a topic without a retention of its own"`
	KeepBytes settings.Size `key:"keepBytes" default:"256MiB" range:"16MiB..1024GiB" doc:"of each partition that the embedded broker keeps; a start reads it all, about 1 s a GiB, after a crash 2 to 3 s"`
	MaxDays   int           `key:"maxDays" default:"1000" unit:"days" range:"1..36500" doc:"of history in the embedded store; a ping of another day is dead-lettered as too_many_days, but for yesterday, today and tomorrow, which always have room"`

	MaxDrivers int `key:"maxDrivers" default:"2000000" unit:"drivers" range:"1000..50000000" doc:"that have a position in the embedded store, about 310 bytes of the heap each: 2,000,000 take 591MiB, more than the 400MiB that sluice up makes of memory.limit by default, so raise that before a million is there; a new driver's position is dead-lettered as too_many_drivers"`
}

// broker is at the first of the addresses at which everybody looks for Kafka.
func (c *config) broker(dir string) broker.Config {
	return broker.Config{
		Listen: c.Kafka.Brokers[0], Dir: dir, Sync: c.Data.Sync, MinFreeBytes: int64(c.Data.MinFree),
		Retention: c.Data.KeepFor, RetentionBytes: int64(c.Data.KeepBytes), MessageBytes: int(c.Topic.MaxMessage),
	}
}

func (c *config) embedded(dir string) embedded.Config {
	return embedded.Config{Dir: dir, NoSync: !c.Data.Sync, MaxDays: c.Data.MaxDays, MaxDrivers: c.Data.MaxDrivers}
}
