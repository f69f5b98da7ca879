package load

import (
	"runtime"
	"syscall"
	"time"
)

// usage is what this process had cost at a moment.
type usage struct{ cpu time.Duration }

func startCost() usage {
	cpu, _ := used()
	return usage{cpu: cpu}
}

// since is what it has cost from then to now.
func (u usage) since() Cost {
	cpu, peak := used()
	return Cost{CPUSeconds: (cpu - u.cpu).Seconds(), PeakBytes: peak}
}

// used is user and system time of all threads, and the most resident memory in bytes; zeros
// where the kernel does not say.
func used() (cpu time.Duration, peak int64) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0, 0
	}
	unit := int64(1024)
	if runtime.GOOS == "darwin" {
		unit = 1 // there it is bytes
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()), r.Maxrss * unit
}
