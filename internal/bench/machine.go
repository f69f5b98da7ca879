package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"

	"sluice/internal/pause"
)

// Machine is what the figures were measured on.
type Machine struct {
	Cores   int     `json:"cores"`
	Memory  float64 `json:"memoryGiB"`
	CPU     string  `json:"cpu"`
	Go      string  `json:"go"`
	System  string  `json:"system"`
	Busy    float64 `json:"busy"` // share of all cores that other work took in the second before the run, 0 to 1
	Kafka   string  `json:"kafka"`
	Elastic string  `json:"elastic"` // "" without one
	Redis   string  `json:"redis,omitempty"`
}

func (b *run) machine(ctx context.Context) (Machine, error) {
	m, err := host(ctx)
	if err != nil {
		return m, err
	}
	if m.Kafka, err = b.kafka.Version(); err != nil {
		return m, err
	}
	if b.elastic != nil {
		m.Elastic, err = b.elastic.version(ctx)
	}
	return m, err
}

// host is the machine without its servers.
func host(ctx context.Context) (Machine, error) {
	m := Machine{Cores: runtime.NumCPU(), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	var err error
	if m.Memory, err = memoryGiB(); err != nil {
		return m, err
	}
	if m.CPU, err = cpuModel(); err != nil {
		return m, err
	}
	m.Busy, err = busy(ctx, time.Second)
	return m, err
}

func memoryGiB() (float64, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, fmt.Errorf("asking for the machine's memory: %w", err)
	}
	for line := range bytes.Lines(text) {
		if fields := bytes.Fields(line); len(fields) > 1 && string(fields[0]) == "MemTotal:" {
			kib, err := strconv.ParseFloat(string(fields[1]), 64)
			return kib / (1 << 20), err
		}
	}
	return 0, nil
}

func cpuModel() (string, error) {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "", fmt.Errorf("asking for the machine's processor: %w", err)
	}
	for line := range bytes.Lines(text) {
		if name, model, ok := bytes.Cut(line, []byte{':'}); ok && string(bytes.TrimSpace(name)) == "model name" {
			return string(bytes.TrimSpace(model)), nil
		}
	}
	return "unknown", nil
}

// busy is the share of the cores' time that was not idle during a span.
func busy(ctx context.Context, span time.Duration) (float64, error) {
	idle, total, err := cpuTimes()
	if err != nil {
		return 0, err
	}
	if err := pause.For(ctx, span); err != nil {
		return 0, err
	}
	idleNow, totalNow, err := cpuTimes()
	if err != nil || totalNow == total {
		return 0, err
	}
	return 1 - (idleNow-idle)/(totalNow-total), nil
}

// cpuTimes reads the first line of /proc/stat, in ticks; waiting for a disk counts as idle.
func cpuTimes() (idle, total float64, err error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0, fmt.Errorf("asking how busy the machine is: %w", err)
	}
	line, _, _ := bytes.Cut(text, []byte{'\n'})
	for i, field := range bytes.Fields(line) {
		if i == 0 || i > 8 { // the name; guests are part of user
			continue
		}
		ticks, err := strconv.ParseFloat(string(field), 64)
		if err != nil {
			return 0, 0, fmt.Errorf("asking how busy the machine is: %w", err)
		}
		total += ticks
		if i == 4 || i == 5 {
			idle += ticks
		}
	}
	return idle, total, nil
}
