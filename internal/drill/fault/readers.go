package fault

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"sluice/internal/drill/stage"
)

// The topics under load and who reads them, by the product's names.
const (
	pingsTopic = "driver.pings"
	liveName   = "gps-live"
	pastName   = "gps-history"

	ordersTopic = "order.events"
	levelsName  = "order-levels"
)

// reader is one pipeline as Kafka knows it.
type reader struct{ pipeline, group string }

func readersOf(on *stage.Stage) []reader {
	return []reader{{liveName, on.Group(liveName)}, {pastName, on.Group(pastName)}}
}

// standing is where a pipeline stands in each partition.
type standing map[int32]stage.Offsets

// next is the first offset that it has still to read.
func next(o stage.Offsets) int64 { return max(o.Committed, o.Start) }

// partitions are they, in order.
func (s standing) partitions() []int32 { return slices.Sorted(maps.Keys(s)) }

// lag is what it has still to read.
func (s standing) lag() int64 {
	lag := int64(0)
	for _, o := range s {
		lag += o.End - next(o)
	}
	return lag
}

// look asks where each pipeline stands.
func look(ctx context.Context, groups stage.Groups, readers []reader, topic string) (map[string]standing, error) {
	at := map[string]standing{}
	for _, r := range readers {
		offsets, err := groups.Offsets(ctx, r.group, topic)
		if err != nil {
			return nil, fmt.Errorf("asking where %s stands: %w", r.pipeline, err)
		}
		at[r.pipeline] = offsets
	}
	return at, nil
}
