package watch

import "context"

// Metric is one sample of one process; a histogram is its _count and _sum.
type Metric struct {
	Name   string
	Labels map[string]string
	Value  float64
}

// Scraper reads all metrics of a process by the address of its ops listener, such as http://127.0.0.1:9100.
type Scraper interface {
	Scrape(ctx context.Context, ops string) ([]Metric, error)
}

// Offsets says how far a pipeline is in each partition of its topic.
type Offsets interface {
	Places(ctx context.Context, pipeline string) ([]Place, error)
}

// Place is where a pipeline's group is in one partition.
type Place struct {
	Partition int32
	Committed int64 // next offset to be read, -1 when nothing was committed
	Start     int64 // oldest offset that is there
	End       int64 // offset of the next record to be written
}

// Lag is how many records the group has still to settle.
func (p Place) Lag() int64 { return max(0, p.End-max(p.Committed, p.Start)) }
