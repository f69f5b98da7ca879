package kafka

import (
	"testing"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kfake"
)

// A broker that was killed takes its groups' coordinator along, and says nothing of it: whoever
// spoke to it has to ask the others, however long it stays dead.
func TestACoordinatorThatDiedIsLookedForAmongTheOthers(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.DataDir(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	cfg := Config{Brokers: cluster.ListenAddrs()}
	makeTopic(t, cfg, "pings", 1)
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	client, _, err := admin.connect()
	if err != nil {
		t.Fatal(err)
	}
	commits := newOffsets(client, "group", "")
	defer closing(t, closer(commits.close))
	put := func(next int64) error { return commits.commit("", -1, "pings", 0, commit{next: next}) }
	if err := put(1); err != nil {
		t.Fatal(err)
	}
	line := split{Client: client, control: client}
	before, err := line.Coordinator("group")
	if err != nil {
		t.Fatal(err)
	}
	hung := commits.conn
	kill(t, cluster, cluster.CoordinatorFor("group"), before, hung)

	if err := put(2); err == nil {
		t.Fatal("committed to a broker that is dead")
	}
	if err := put(2); err != nil {
		t.Errorf("the next commit: %v", err)
	}
	after, err := line.Coordinator("group")
	if err != nil {
		t.Fatal(err)
	}
	if connected, err := after.Connected(); !connected || err != nil || after.ID() == before.ID() {
		t.Errorf("the coordinator is %d, before it was %d; connected: %v, %v", after.ID(), before.ID(), connected, err)
	}
}

// kill takes a broker away, with the connections to it.
func kill(t *testing.T, cluster *kfake.Cluster, node int32, conns ...*sarama.Broker) {
	t.Helper()
	if err := cluster.RemoveNode(node); err != nil {
		t.Fatal(err)
	}
	for _, conn := range conns {
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
