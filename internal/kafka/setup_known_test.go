package kafka

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// behind is a cluster of three whose broker 1 learns of a topic late: it answers so often that it has none of that name,
// then so often that a partition has no leader.
func behind(t *testing.T, topic string, unknown, leaderless int64) (Config, *atomic.Int64) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.DataDir(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	asked := &atomic.Int64{}
	cluster.ControlKey(int16(kmsg.Metadata), func(request kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		metadata, ok := request.(*kmsg.MetadataRequest)
		if !ok || cluster.CurrentNode() != 1 || len(metadata.Topics) != 1 || metadata.Topics[0].Topic == nil || *metadata.Topics[0].Topic != topic {
			return nil, nil, false
		}
		said := kmsg.NewMetadataResponseTopic()
		said.Topic = metadata.Topics[0].Topic
		switch n := asked.Add(1); {
		case n <= unknown:
			said.ErrorCode = kerr.UnknownTopicOrPartition.Code
		case n <= unknown+leaderless:
			partition := kmsg.NewMetadataResponseTopicPartition()
			partition.Leader, partition.ErrorCode = -1, kerr.LeaderNotAvailable.Code
			said.Partitions = append(said.Partitions, partition)
		default:
			return nil, nil, false
		}
		response := request.ResponseKind().(*kmsg.MetadataResponse) //nolint:forcetypeassert // of a MetadataRequest
		response.Topics = append(response.Topics, said)
		return response, nil, true
	})
	return Config{Brokers: cluster.ListenAddrs()[:1]}, asked
}

// Who starts right behind a set-up may ask any of the brokers.
func TestSetupWaitsForAllBrokers(t *testing.T) {
	cfg, asked := behind(t, "pings", 2, 2)
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	reports, err := admin.Setup(t.Context(), []TopicSpec{{Name: "pings", Partitions: 3, Replication: 1}})
	if err != nil || len(reports) != 1 || !reports[0].Created {
		t.Fatalf("%+v, %v", reports, err)
	}
	if n := asked.Load(); n < 5 {
		t.Errorf("broker 1 was asked %d times: it does not know the topic yet", n)
	}
}

// What was made is reported also when the wait has no good end.
func TestSetupSaysWhichBrokerLacksWhat(t *testing.T) {
	cfg, asked := behind(t, "stage-pings", 1<<40, 0)
	cfg.TopicPrefix = "stage-"
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	reports, err := admin.Setup(ctx, []TopicSpec{{Name: "pings", Partitions: 1, Replication: 1}})
	if len(reports) != 1 || !reports[0].Created {
		t.Errorf("reports %+v", reports)
	}
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "broker 1 at ") || !strings.Contains(err.Error(), "lacks stage-pings") {
		t.Errorf("%v after %d answers", err, asked.Load())
	}
}
