package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/internal/kafka"
	"sluice/pipelines"
	"sluice/schemas"
)

// sentOrders are completed orders of the members 0 to members-1, n each, as lines.
func sentOrders(members, first, n int, at time.Time) string {
	var text strings.Builder
	for m := range members {
		for i := first; i < first+n; i++ {
			fmt.Fprintf(&text, `{"orderId":"%d","memberId":"M%d","driverId":"D%d","type":"completed","at":%d,"amount":3800,"city":"shanghai","text":"two sofas"}`+"\n",
				1_000_000+m*1000+i, m, i, at.UnixMilli())
		}
	}
	return text.String()
}

// posts wants all of the lines accepted.
func posts(t *testing.T, url, lines string) {
	t.Helper()
	status, body := post(t, url, "application/x-ndjson", lines)
	if want := fmt.Sprintf(`"accepted":%d`, strings.Count(lines, "\n")); status != http.StatusAccepted || !strings.Contains(body, want) {
		t.Fatalf("%d %s", status, body)
	}
}

// memberSaid is what is asked of an answer of /v1/members/{id}.
type memberSaid struct {
	Level          string
	Month          struct{ Orders int }
	Epoch, Version int64
}

func memberAt(t *testing.T, addrs upAddrs, member string) memberSaid {
	t.Helper()
	var s memberSaid
	code, body := get(t, addrs.http+"/v1/members/"+member)
	if err := json.Unmarshal([]byte(body), &s); err != nil || code != http.StatusOK {
		t.Fatalf("%s: %d %s %v", member, code, body, err)
	}
	return s
}

// settled is how many records of a pipeline have a verdict.
func settledBy(t *testing.T, addrs upAddrs, pipeline string) int {
	t.Helper()
	_, metrics := get(t, addrs.ops+"/metrics")
	_, settled := account(t, metrics, pipeline)
	return settled
}

// announced are all changes of level that were published, and how long after its moment each had its time of Kafka.
func announced(t *testing.T, addrs upAddrs) (changes []schemas.LevelChanged, after []time.Duration) {
	t.Helper()
	cfg, err := loadConfig("", []string{"SLUICE_KAFKA_BROKERS=" + addrs.kafka})
	if err != nil {
		t.Fatal(err)
	}
	asked, err := kafka.NewScanner(cfg.kafka())
	if err != nil {
		t.Fatal(err)
	}
	look, err := kafka.NewInspector(cfg.kafka())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := errors.Join(asked.Close(), look.Close()); err != nil {
			t.Error(err)
		}
	}()
	ends, err := look.Lag(t.Context(), "nobody", schemas.TopicLevels)
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range ends {
		err := asked.Read(t.Context(), schemas.TopicLevels, kafka.Span{Partition: end.Partition, From: end.Start, To: end.End}, func(rec *pipelines.Record) error {
			var c schemas.LevelChanged
			if err := json.Unmarshal(rec.Value, &c); err != nil || string(rec.Key) != c.MemberID {
				t.Errorf("%q: %s %v", rec.Key, rec.Value, err)
			}
			changes, after = append(changes, c), append(after, time.Duration(rec.Time-c.At)*time.Millisecond)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return changes, after
}

// An order that has its verdict is in the next read; the change of level is published within a second; what was
// read before a restart is read behind it, and the same orders once more change and announce nothing.
func TestLevelsEndToEnd(t *testing.T) {
	const members, silver = 20, 5
	dir, now := t.TempDir(), time.Now()
	addrs, stop := upAt(t, dir)
	orders := sentOrders(members, 0, silver, now)
	posts(t, addrs.http+"/v1/orders", orders)
	eventually(t, "a verdict on all orders", func() bool { return settledBy(t, addrs, "order-levels") == members*silver })
	before := map[string]memberSaid{}
	for m := range members {
		id := fmt.Sprintf("M%d", m)
		if before[id] = memberAt(t, addrs, id); before[id].Level != "silver" || before[id].Month.Orders != silver || before[id].Epoch < 1 || before[id].Version != 1 {
			t.Fatalf("%s is %+v once its orders have their verdict", id, before[id])
		}
	}
	var changes []schemas.LevelChanged
	var after []time.Duration
	eventually(t, "all changes on member.levels", func() bool {
		changes, after = announced(t, addrs)
		return len(changes) >= members
	})
	for _, c := range changes {
		if is := before[c.MemberID]; c.From != "bronze" || c.To != "silver" || c.Cause != schemas.CauseOrders || c.Epoch != is.Epoch || c.Version != is.Version {
			t.Errorf("announced %+v, read %+v", c, is)
		}
	}
	if slices.Sort(after); len(after) != members || after[members/2] > time.Second {
		t.Errorf("%d changes, half of them published later than %s after their moment", len(after), after[len(after)/2])
	}
	eventually(t, "orders by their text", func() bool {
		_, body := get(t, addrs.http+"/v1/orders?memberId=M3&q=sofas")
		return strings.Count(body, `"orderId"`) == silver
	})
	operators(t, addrs, dir)
	stop()

	addrs, stop = upAt(t, dir)
	for id, was := range before {
		if is := memberAt(t, addrs, id); is != was {
			t.Errorf("%s was %+v and is %+v behind a restart", id, was, is)
		}
	}
	posts(t, addrs.http+"/v1/orders", orders)
	eventually(t, "a verdict on the same orders", func() bool { return settledBy(t, addrs, "order-levels") == members*silver })
	posts(t, addrs.http+"/v1/orders", sentOrders(1, silver, 15, now))
	eventually(t, "a change behind the same orders", func() bool {
		changes, _ = announced(t, addrs)
		return len(changes) > members
	})
	if last := memberAt(t, addrs, "M0"); last.Level != "gold" || last.Month.Orders != 20 || last.Version != 2 {
		t.Errorf("M0 is %+v with 20 orders", last)
	}
	if i := slices.IndexFunc(changes, func(c schemas.LevelChanged) bool { return c.To == "gold" }); len(changes) != members+1 || i < 0 || changes[i].MemberID != "M0" || changes[i].Version != 2 {
		t.Errorf("announced %+v", changes)
	}
	stop()
	http.DefaultClient.CloseIdleConnections()
}

// operators: the commands of an operator know of member levels, and find nothing wrong.
func operators(t *testing.T, addrs upAddrs, dir string) {
	t.Helper()
	environ := []string{"SLUICE_KAFKA_BROKERS=" + addrs.kafka, "SLUICE_TOPIC_PARTITIONS=2", "SLUICE_HTTP_LISTEN=127.0.0.1:0", "SLUICE_OPS_LISTEN=127.0.0.1:0"}
	eventually(t, "the commits of all pipelines", func() bool {
		code, _, _ := execute(t, environ, "lag", "--interval", "0s", "--max", "0", "--data", dir)
		return code == exitDone
	})
	code, table, told := execute(t, environ, "lag", "--interval", "0s", "--data", dir)
	for _, row := range append(pipelineNames(), "relay") {
		if code != exitDone || !strings.Contains(table, "\n"+row+" ") {
			t.Errorf("no row %s: %d %s%s", row, code, table, told)
		}
	}
	var said struct {
		Pipelines []struct{ Pipeline string }
		Relay     *struct{ WaitingBuckets, OldestMS int64 }
	}
	_, body := get(t, addrs.http+"/v1/pipelines")
	if err := json.Unmarshal([]byte(body), &said); err != nil || len(said.Pipelines) != len(pipelineNames()) || said.Relay == nil {
		t.Errorf("/v1/pipelines: %v %s", err, body)
	}
	code, found := examine(t, environ, "--data", dir)
	if has(found, "fail |") || code != exitDone {
		t.Errorf("doctor: %d %q", code, found)
	}
}
