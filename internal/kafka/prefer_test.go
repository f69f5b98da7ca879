package kafka

import (
	"maps"
	"slices"
	"testing"

	"github.com/IBM/sarama"
)

func TestWhoLeadsInAnothersPlace(t *testing.T) {
	misled := misledPartitions([]*sarama.TopicMetadata{
		{Name: "pings", Partitions: []*sarama.PartitionMetadata{
			{ID: 0, Leader: 1, Replicas: []int32{1, 2, 3}}, {ID: 1, Leader: 3, Replicas: []int32{2, 3, 1}}, {ID: 2, Leader: -1, Replicas: []int32{3, 1, 2}},
		}},
		{Name: "orders", Partitions: []*sarama.PartitionMetadata{{ID: 0, Leader: 2, Replicas: []int32{2}}}},
	})
	want := map[string][]int32{"pings": {1, 2}}
	if !maps.EqualFunc(misled, want, slices.Equal) {
		t.Errorf("%v, want %v", misled, want)
	}
}
