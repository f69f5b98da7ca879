package proc

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// Usage is what a process has cost since its start.
type Usage struct {
	CPU  time.Duration // user and system, of all threads; resolution 10 ms
	Peak int64         // most resident memory at any time, bytes
}

// ticksPerSecond is USER_HZ, which Linux fixes at 100 for all that reads /proc.
const ticksPerSecond = 100

// Usage reads the child's from /proc; the child must be alive.
func (c *Child) Usage() (Usage, error) { return UsageOf(strconv.Itoa(c.PID())) }

// UsageOf reads a process's from /proc; "self" is this one.
func UsageOf(pid string) (Usage, error) {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return Usage{}, fmt.Errorf("reading the cost of process %s: %w", pid, err)
	}
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return Usage{}, fmt.Errorf("reading the cost of process %s: %w", pid, err)
	}
	cpu, err := parseStat(stat)
	if err != nil {
		return Usage{}, fmt.Errorf("reading the cost of process %s: %w", pid, err)
	}
	peak, err := parsePeak(status)
	if err != nil {
		return Usage{}, fmt.Errorf("reading the cost of process %s: %w", pid, err)
	}
	return Usage{CPU: cpu, Peak: peak}, nil
}

// parseStat adds utime and stime, fields 14 and 15; the name in field 2 may hold spaces.
func parseStat(stat []byte) (time.Duration, error) {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("a stat line of %d fields", len(fields))
	}
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("reading stat: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / ticksPerSecond, nil
}

func parsePeak(status []byte) (int64, error) {
	for line := range bytes.Lines(status) {
		if fields := bytes.Fields(line); len(fields) == 3 && string(fields[0]) == "VmHWM:" {
			n, err := strconv.ParseInt(string(fields[1]), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("reading VmHWM: %w", err)
			}
			return n * 1024, nil
		}
	}
	return 0, errors.New("no VmHWM in its status")
}
