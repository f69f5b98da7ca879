package nullbulk

import (
	"bytes"
	"strconv"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Stats is what the server has seen since its start or its last reset.
type Stats struct {
	Requests int64 `json:"requests"`
	Items    int64 `json:"items"`
	Bytes    int64 `json:"bytes"`
	First    int64 `json:"first"` // arrival of the first bulk request, µs since 1970 UTC; 0 = none
	Last     int64 `json:"last"`  // last answer, µs since 1970 UTC

	Probes int64   `json:"probes"` // documents that carried their own time
	P50    float64 `json:"p50"`    // their age when answered, ms
	P99    float64 `json:"p99"`    // ms
}

const maxAgeMS = 3_600_000

type counters struct {
	mu   sync.Mutex
	sum  Stats
	ages *hdrhistogram.Histogram
}

func (c *counters) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sum = Stats{}
	c.ages = hdrhistogram.New(1, maxAgeMS, 3)
}

func (c *counters) add(arrived time.Time, items, size int) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sum.First == 0 || arrived.UnixMicro() < c.sum.First {
		c.sum.First = arrived.UnixMicro()
	}
	c.sum.Last = now.UnixMicro()
	c.sum.Requests++
	c.sum.Items += int64(items)
	c.sum.Bytes += int64(size)
}

// probes measures the age of each marked id; the action line and the document both carry
// it, and the second sight adds nothing but weight to the same sample.
func (c *counters) probes(body, marker []byte) {
	if len(marker) == 0 {
		return
	}
	now := time.Now().UnixMilli()
	for {
		i := bytes.Index(body, marker)
		if i < 0 || len(body) < i+len(marker)+tsDigits {
			return
		}
		body = body[i+len(marker):]
		ts, err := strconv.ParseInt(string(body[:tsDigits]), 10, 64)
		if err != nil {
			continue // not one of ours
		}
		c.mu.Lock()
		if err := c.ages.RecordValue(min(max(now-ts, 1), maxAgeMS)); err == nil {
			c.sum.Probes++
		}
		c.mu.Unlock()
	}
}

const tsDigits = 13

func (c *counters) read() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.sum
	out.P50 = float64(c.ages.ValueAtQuantile(50))
	out.P99 = float64(c.ages.ValueAtQuantile(99))
	return out
}
