package bare_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"sluice/internal/bench/bare"
	"sluice/internal/bench/fleet"
	"sluice/internal/stacktest"
)

func TestFillConsumeProduceForget(t *testing.T) {
	t.Parallel()
	brokers := stacktest.Kafka(t)
	prefix := fmt.Sprintf("baretest-%d-", os.Getpid())
	topic := prefix + "pings"
	c, err := bare.Open(brokers)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := c.CreateTopic(t.Context(), topic, 3); err != nil {
		t.Fatal(err)
	}
	f := fleet.New(100, 1)
	wrote, err := c.Fill(t.Context(), bare.FillConfig{Topic: topic, Partitions: 3, Records: 30_001, Fleet: f, Until: time.Now()})
	if err != nil || wrote != 30_000 {
		t.Fatalf("filled %d, %v", wrote, err)
	}
	items := []bare.Item{{Key: []byte("k"), Value: []byte("v")}}
	made, err := bare.Produce(t.Context(), bare.ProduceConfig{Brokers: brokers, Topic: topic, For: 50 * time.Millisecond, Items: items})
	if err != nil || made.Records == 0 {
		t.Fatalf("produced %+v, %v", made, err)
	}
	got, err := bare.Consume(t.Context(), bare.ConsumeConfig{Brokers: brokers, Topic: topic, Group: prefix + "group"})
	if err != nil || got.Records != wrote+made.Records || got.Took <= 0 {
		t.Errorf("consumed %+v of %d, %v", got, wrote+made.Records, err)
	}
	if err := c.Forget(prefix); err != nil {
		t.Error(err)
	}
	if ends, err := c.Ends(topic); err == nil && len(ends) > 0 {
		t.Errorf("the topic is still there: %v", ends)
	}
}
