package broker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"sluice/internal/kafka"
	"sluice/internal/stacktest"
	"sluice/pipelines"
)

const (
	kills          = 10
	crashTopic     = "pings"
	crashParts     = 4
	crashProducers = 4
	acksBetween    = 150 // calls acknowledged between two kills
)

// Ten times kill -9 under load: every acknowledged record is there, once; no acknowledged
// commit goes back; the producers go on by themselves.
func TestKills(t *testing.T) {
	for name, sync := range map[string]bool{"page cache": false, "sync": true} {
		t.Run(name, func(t *testing.T) { testKills(t, sync) })
	}
}

func testKills(t *testing.T, sync bool) {
	dir, addr := t.TempDir(), stacktest.FreeAddress(t)
	broker := spawn(t, dir, addr, sync)
	makeTopics(t, addr, kafka.TopicSpec{Name: crashTopic, Partitions: crashParts, Replication: 1})

	load := startLoad(t, addr)
	group := startCommits(t, addr)
	checker := client(t, addr)
	for kill := range kills {
		load.await(t, acksBetween)
		group.await(t, 3)
		broker.kill(t)
		acked := group.acked()
		broker = spawn(t, dir, addr, sync)
		for part := range acked {
			if have := committedBy(t, checker, "g", crashTopic, int32(part)); have < acked[part] {
				t.Errorf("after kill %d: partition %d is committed up to %d, acknowledged was %d", kill, part, have, acked[part])
			}
		}
	}
	load.await(t, acksBetween)
	sent := load.stop()
	group.stop()

	seen := make(map[string]int)
	next := make(map[int32]int64)
	for _, r := range readAll(t, addr, crashTopic, crashParts) {
		seen[string(r.Value)]++
		if r.Offset < next[r.Partition] {
			t.Errorf("offset %d of partition %d comes after %d", r.Offset, r.Partition, next[r.Partition])
		}
		next[r.Partition] = r.Offset + 1
	}
	lost, doubled := 0, 0
	for _, id := range sent {
		switch n := seen[id]; {
		case n == 0:
			lost++
		case n > 1:
			doubled++
		}
	}
	t.Logf("%d acknowledged, %d on disk, %d lost, %d doubled, %d calls failed", len(sent), len(seen), lost, doubled, load.failed.Load())
	if lost > 0 || doubled > 0 {
		t.Errorf("%d lost, %d doubled of %d acknowledged", lost, doubled, len(sent))
	}
	broker.kill(t)
}

// process is a broker in a process of its own.
type process struct {
	cmd  *exec.Cmd
	errs *strings.Builder
}

func spawn(t *testing.T, dir, addr string, sync bool) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(self), errs: new(strings.Builder)}
	p.cmd.Dir, p.cmd.Env = dir, append(os.Environ(), childPort+"="+strings.TrimPrefix(addr, "127.0.0.1:"), fmt.Sprintf("%s=%t", childSync, sync))
	p.cmd.Stderr = p.errs
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			p.kill(t)
		}
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		p.kill(t)
		t.Fatalf("the broker did not start: %q %v %s", line, err, p.errs)
	}
	return p
}

func (p *process) kill(t *testing.T) {
	t.Helper()
	check(t, p.cmd.Process.Kill())
	var exit *exec.ExitError
	if err := p.cmd.Wait(); !errors.As(err, &exit) {
		t.Errorf("waiting for the broker: %v", err)
	}
	if p.errs.Len() > 0 {
		t.Logf("the broker said: %s", p.errs)
	}
}

// load publishes records with ids of their own and remembers the acknowledged ones.
type load struct {
	cancel  context.CancelFunc
	running sync.WaitGroup
	acks    chan struct{}
	failed  atomic.Int64

	mu  sync.Mutex
	ids []string
}

func startLoad(t *testing.T, addr string) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{cancel: cancel, acks: make(chan struct{}, acksBetween)}
	publisher := newPublisher(t, addr, kafka.PublisherConfig{Timeout: 20 * time.Second})
	t.Cleanup(func() { l.stop() })
	for producer := range crashProducers {
		l.running.Go(func() {
			for call := 0; ctx.Err() == nil; call++ {
				l.publish(ctx, publisher, producer, call)
			}
		})
	}
	return l
}

func (l *load) publish(ctx context.Context, p *kafka.Publisher, producer, call int) {
	records := make([]pipelines.Record, 20)
	ids := make([]string, len(records))
	for i := range records {
		ids[i] = fmt.Sprintf("%d-%d-%d", producer, call, i)
		records[i] = pipelines.Record{Key: []byte(ids[i]), Value: []byte(ids[i])}
	}
	if err := p.Publish(ctx, crashTopic, records); err != nil {
		if ctx.Err() == nil {
			l.failed.Add(1)
		}
		return
	}
	l.mu.Lock()
	l.ids = append(l.ids, ids...)
	l.mu.Unlock()
	select {
	case l.acks <- struct{}{}:
	default:
	}
}

func (l *load) await(t *testing.T, n int) { t.Helper(); await(t, l.acks, n) }

func (l *load) stop() []string {
	l.cancel()
	l.running.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ids
}

// commits is a group that reads the topic and commits what it has read, partition by partition.
type commitsLoad struct {
	cancel  context.CancelFunc
	running sync.WaitGroup
	done    chan struct{}

	mu      sync.Mutex
	offsets [crashParts]int64
}

func startCommits(t *testing.T, addr string) *commitsLoad {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &commitsLoad{cancel: cancel, done: make(chan struct{}, 3)}
	t.Cleanup(l.stop)
	reader := client(t, addr, kgo.ConsumeTopics(crashTopic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	l.running.Go(func() {
		for ctx.Err() == nil {
			ends := make(map[int32]int64)
			reader.PollFetches(ctx).EachRecord(func(r *kgo.Record) { ends[r.Partition] = r.Offset + 1 })
			for part, end := range ends {
				if tryCommit(ctx, reader, "g", crashTopic, part, end) != nil {
					continue // not acknowledged: nothing is promised
				}
				l.mu.Lock()
				l.offsets[part] = end
				l.mu.Unlock()
				select {
				case l.done <- struct{}{}:
				default:
				}
			}
		}
	})
	return l
}

func (l *commitsLoad) acked() [crashParts]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.offsets
}

func (l *commitsLoad) await(t *testing.T, n int) { t.Helper(); await(t, l.done, n) }

func (l *commitsLoad) stop() {
	l.cancel()
	l.running.Wait()
}

func await(t *testing.T, signals <-chan struct{}, n int) {
	t.Helper()
	ctx := within(t, 30*time.Second)
	for range n {
		select {
		case <-signals:
		case <-ctx.Done():
			t.Fatal("the load does not go on")
		}
	}
}
