package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
)

// Machine is what the figures were measured on.
type Machine struct {
	Cores   int     `json:"cores"`
	Memory  float64 `json:"memoryGiB"`
	CPU     string  `json:"cpu"`
	Go      string  `json:"go"`
	System  string  `json:"system"`
	Kafka   string  `json:"kafka"`
	Elastic string  `json:"elastic"` // "" without one
}

func (b *run) machine(ctx context.Context) (Machine, error) {
	m := Machine{Cores: runtime.NumCPU(), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	var err error
	if m.Memory, err = memoryGiB(); err != nil {
		return m, err
	}
	if m.CPU, err = cpuModel(); err != nil {
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
