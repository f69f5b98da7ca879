package broker

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sluice/internal/kafka"
	"sluice/pipelines"
)

const smallDisk = 32 << 20

// small is a file system of 32 MiB. Only root can mount one.
func small(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := mountSmall(dir); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { check(t, unix.Unmount(dir, 0)) })
	return dir
}

// fill takes all but so many bytes, and gives them back by the function that it returns.
func fill(t *testing.T, dir string, leave int64) func() {
	t.Helper()
	var is unix.Statfs_t
	check(t, unix.Statfs(dir, &is))
	path := filepath.Join(dir, "filler")
	check(t, os.WriteFile(path, make([]byte, int64(is.Bavail*uint64(is.Bsize))-leave), 0o600))
	return func() { check(t, os.Remove(path)) }
}

// awaitRoom waits until the broker says that it accepts, or that it does not.
func (l *live) awaitRoom(t *testing.T, accepting bool) {
	t.Helper()
	ctx := within(t, 20*time.Second)
	for {
		l.mu.Lock()
		now := len(l.rooms) == 0 || l.rooms[len(l.rooms)-1]
		l.mu.Unlock()
		if now == accepting {
			return
		}
		select {
		case <-l.changed:
		case <-ctx.Done():
			t.Fatalf("it never said accepting=%t", accepting)
		}
	}
}

func TestRefusesWithoutRoom(t *testing.T) {
	dir := small(t)
	b := start(t, Config{Dir: dir, MinFreeBytes: 8 << 20})
	makeTopics(t, b.Addr(), kafka.TopicSpec{Name: topicUnderTest, Partitions: 1, Replication: 1})
	p := newPublisher(t, b.Addr(), kafka.PublisherConfig{Timeout: 300 * time.Millisecond})
	publish(t, p, topicUnderTest, 0, 3)

	empty := fill(t, dir, 4<<20)
	b.awaitRoom(t, false)
	if !b.Full() {
		t.Error("refusing, but not full")
	}
	err := p.Publish(t.Context(), topicUnderTest, []pipelines.Record{{Value: []byte("refused")}})
	if !errors.Is(err, kafka.ErrUnavailable) {
		t.Errorf("without room Publish says %v, want ErrUnavailable", err)
	}
	reader := client(t, b.Addr())
	commit(t, reader, "g", topicUnderTest, 0, 2)
	if have := committedBy(t, reader, "g", topicUnderTest, 0); have != 2 {
		t.Errorf("without room, committed is %d, want 2", have)
	}

	empty()
	b.awaitRoom(t, true)
	if b.Full() {
		t.Error("accepting, but full")
	}
	publish(t, p, topicUnderTest, 3, 3)
	if got := values(readAll(t, b.Addr(), topicUnderTest, 1)); !slices.Equal(got, numbered(0, 6)) {
		t.Errorf("read %v", got)
	}
	if errs := b.failures(); len(errs) > 0 {
		t.Errorf("failures %v", errs)
	}
}

// When somebody else fills the disk faster than we look, a write fails in the middle of a
// batch. kfake then takes the batch's repetition for one that it has.
func TestWriteFails(t *testing.T) {
	dir := small(t)
	b := start(t, Config{Dir: dir, MinFreeBytes: minFreeFloor})
	makeTopics(t, b.Addr(), kafka.TopicSpec{Name: topicUnderTest, Partitions: 1, Replication: 1})
	p := newPublisher(t, b.Addr(), kafka.PublisherConfig{Timeout: 30 * time.Second, Compression: kafka.Uncompressed})
	publish(t, p, topicUnderTest, 0, 3)
	if !b.running.gate.room(0) { // this look is good for a while
		t.Fatal("no room")
	}
	b.hold = make(chan struct{}) // Run must not mend it yet
	release := sync.OnceFunc(func() { close(b.hold) })
	t.Cleanup(release)
	empty := fill(t, dir, 8<<10)
	published := make(chan error, 1)
	go func() {
		large := make([]byte, 20<<10) // few, so that the repetitions do not make the gate look
		copy(large, "large")
		published <- p.Publish(t.Context(), topicUnderTest, []pipelines.Record{{Key: []byte("k"), Value: large}})
	}()
	ctx := within(t, 20*time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for len(b.failures()) == 0 {
		select {
		case <-tick.C:
		case err := <-published:
			t.Fatalf("published without room: %v", err)
		case <-ctx.Done():
			t.Fatal("the write never failed")
		}
	}
	select { // the publisher repeats the batch several times meanwhile
	case err := <-published:
		t.Fatalf("published what is not on the disk: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	empty()
	release()
	if err := <-published; err != nil {
		t.Fatalf("with room again: %v", err)
	}
	publish(t, p, topicUnderTest, 3, 3)
	got := values(readAll(t, b.Addr(), topicUnderTest, 1))
	for i, v := range got {
		got[i] = v[:min(len(v), len("large"))]
	}
	want := append(append(numbered(0, 3), "large"), numbered(3, 6)...)
	if !slices.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
	if errs := b.failures(); !errors.Is(errs[0], errWrite) {
		t.Errorf("told %v", errs)
	}
}

// told is an Observer that keeps what is said of the room.
type told struct {
	Observer
	rooms []bool
}

func (o *told) RoomChanged(accepting bool, _ int64) { o.rooms = append(o.rooms, accepting) }

// A broker that was opened again goes on from what it said last: else nobody would hear that it accepts.
func TestAGateGoesOnFromTheOneBefore(t *testing.T) {
	var full atomic.Bool
	full.Store(true)
	var seen told
	(&gate{dir: t.TempDir(), minFree: 1, observer: &seen, full: &full}).look()
	if !slices.Equal(seen.rooms, []bool{true}) || full.Load() {
		t.Errorf("with room: told %v, full %t", seen.rooms, full.Load())
	}
}
