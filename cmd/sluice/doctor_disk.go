package main

import (
	"fmt"
	"time"

	"sluice/internal/doctor"
	"sluice/internal/kafka"
	"sluice/internal/settings"
)

// How full a disk may be before it is said: an Elasticsearch disk closes its indices at 95 %, a
// Kafka broker ends.
const (
	diskWarn = 0.15 // of the disk is left
	diskFail = 0.05
)

func judgeBrokerDisk(disk kafka.Disk) []doctor.Finding {
	where := fmt.Sprintf("broker %d %s", disk.Broker, disk.Path)
	switch {
	case disk.Err != nil:
		return only(doctor.Failure("disk", where, "the log directory has failed: "+disk.Err.Error(), "mend or replace the disk, then restart the broker"))
	case disk.Total < 0:
		return only(doctor.Skipped("disk", where, "the broker does not say what is free; Kafka does from 3.3 on"))
	case disk.Spare > disk.Total: // the embedded broker: its numbers are of no file system
		return only(doctor.Skipped("disk", where, "the broker does not say what is free; with --data the directory's disk is looked at"))
	}
	return judgeDisk(where, disk.Spare, disk.Total, "SLUICE_TOPIC_RETENTION=24h sluice setup # for topics to be made; kafka-configs.sh for those that are there; or a larger disk")
}

// judgeDisk says how much of a disk is left.
func judgeDisk(where string, free, total int64, fix string) []doctor.Finding {
	j := judged{what: "disk", where: where}
	left := float64(free) / float64(max(total, 1))
	switch {
	case left < diskFail:
		j.fail(fix, "only %s of %s are free", human(free), human(total))
	case left < diskWarn:
		j.warn(fix, "only %s of %s are free", human(free), human(total))
	}
	return j.or("%s of %s are free", human(free), human(total))
}

// human is a size to one digit.
func human(bytes int64) string {
	n := float64(bytes)
	for _, unit := range [...]string{"B", "KiB", "MiB", "GiB"} {
		if n < 1024 {
			return fmt.Sprintf("%.4g %s", roundTenth(n), unit)
		}
		n /= 1024
	}
	return fmt.Sprintf("%.4g TiB", roundTenth(n))
}

func roundTenth(n float64) float64 { return float64(int64(n*10+0.5)) / 10 }

// rounded is a duration that a person can read.
func rounded(d time.Duration) time.Duration {
	switch {
	case d.Abs() >= time.Minute:
		return d.Round(time.Second)
	case d.Abs() >= time.Second:
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Millisecond)
}

// clockWarn is a difference between two machines that no time service leaves.
const clockWarn = time.Second

// judgeClock says whether a server's clock is ahead of ours, or behind. More than tolerance (0
// = none is known) would freeze drivers or drop their pings.
func judgeClock(where string, ahead, tolerance time.Duration, good string) []doctor.Finding {
	j := judged{what: "clock", where: where}
	const fix = "timedatectl set-ntp true # on both machines"
	switch {
	case tolerance > 0 && ahead > tolerance:
		j.fail(fix, "is %s ahead of this machine, more than gps.clockAhead (%s)", rounded(ahead), tolerance)
	case ahead > clockWarn:
		j.warn(fix, "is %s ahead of this machine", rounded(ahead))
	}
	return j.or("%s", good)
}

// size is a settings.Size for messages.
func size(bytes int64) settings.Size { return settings.Size(bytes) }
