package broker

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sluice/internal/kafka"
)

// kfake forgets where a partition ended when retention has taken its last file.
func TestEndSurvivesRetention(t *testing.T) {
	for name, well := range map[string]bool{"well": true, "crash": false} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := start(t, Config{Dir: dir, CleanEvery: 10 * time.Millisecond})
			makeTopics(t, b.Addr(), kafka.TopicSpec{
				Name: topicUnderTest, Partitions: 1, Replication: 1, Settings: map[string]string{"retention.ms": "1"},
			})
			publish(t, newPublisher(t, b.Addr(), kafka.PublisherConfig{}), topicUnderTest, 0, 5)
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for b.running.cluster.PartitionInfo(topicUnderTest, 0).LogStartOffset < 5 {
				<-tick.C
			}
			b.stop()
			if !well {
				crashed(t, dir)
				check(t, os.Remove(partitionFiles(t, dir, snapshotFile)[0]))
			}
			b = start(t, Config{Dir: dir})
			if end := b.running.cluster.PartitionInfo(topicUnderTest, 0).HighWatermark; end != 5 {
				t.Errorf("the end is %d, want 5", end)
			}
			if said := b.mended(); len(said) > 0 {
				t.Errorf("nothing was lost, yet repaired %+v", said)
			}
		})
	}
}

func TestRefusesToStartAnew(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, dir string){
		"no meta":   func(t *testing.T, dir string) { check(t, os.Remove(filepath.Join(dir, metaFile))) },
		"no topics": func(t *testing.T, dir string) { check(t, os.Remove(filepath.Join(dir, topicsFile))) },
		"torn topics": func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, topicsFile), func(b []byte) []byte { return b[:9] })
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			damage(t, dir)
			_, err := New(Config{Listen: "127.0.0.1:0", Dir: dir}, newRecorder())
			if err == nil || !strings.Contains(err.Error(), "put the file back") || !strings.Contains(err.Error(), "is lost") {
				t.Fatalf("opened, or unclear: %v", err)
			}
			if _, err := os.Stat(partitionFiles(t, dir, segmentSuffix)[0]); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A file that this user may not read is whole: nobody shall empty the directory for it.
func TestAdvisesNoEmptyingWhereReadingIsDenied(t *testing.T) {
	for _, name := range []string{metaFile, topicsFile} {
		path := filepath.Join(t.TempDir(), name)
		err := unusable(fmt.Errorf("reading: %w", &fs.PathError{Op: "open", Path: path, Err: unix.EACCES}), filepath.Dir(path))
		if strings.Contains(err.Error(), "empty") || !strings.Contains(err.Error(), "chown -R") || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusesMissingDirectory(t *testing.T) {
	_, err := New(Config{Listen: "127.0.0.1:0", Dir: filepath.Join(t.TempDir(), "none")}, newRecorder())
	if err == nil || !strings.Contains(err.Error(), fs.ErrNotExist.Error()) && !os.IsNotExist(err) && !strings.Contains(err.Error(), "no such file") {
		t.Fatalf("got %v", err)
	}
}
