package broker

import (
	"net"
	"strconv"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// never is ten years in milliseconds, for tickers of kfake that must not run.
const never = "315360000000"

// groupsCompactBytes keeps the rewriting of groups.log, which holds up everything, short.
const groupsCompactBytes = 1 << 20

// options are those of one open. kfake makes topics only when it is asked to.
func (b *Broker) options(listener net.Listener, log logger) []kfake.Opt {
	opts := []kfake.Opt{
		kfake.NumBrokers(1), kfake.ClusterID("sluice"), kfake.DataDir(b.cfg.Dir), kfake.WithLogger(log),
		kfake.ListenFn(func(string, string) (net.Listener, error) { return listener, nil }),
		kfake.BrokerConfigs(map[string]string{
			"default.replication.factor": "1",
			"log.cleaner.backoff.ms":     never,
			"log.retention.ms":           strconv.FormatInt(b.cfg.Retention.Milliseconds(), 10),
			"log.retention.bytes":        strconv.FormatInt(b.cfg.RetentionBytes, 10),
			"log.segment.bytes":          strconv.FormatInt(b.cfg.SegmentBytes, 10),
			"message.max.bytes":          strconv.Itoa(b.cfg.MessageBytes),
			"state.log.compact.bytes":    strconv.Itoa(groupsCompactBytes),
		}),
	}
	if b.cfg.Sync {
		opts = append(opts, kfake.SyncWrites())
	}
	return opts
}

// fault is the gate in kfake's words: it stands before each Produce until kfake is closed.
func (g *gate) fault() kfake.Fault {
	return kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.KafkaStorageError, Count: -1, When: g.refuses}
}
