package broker

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// harm is one way in which the files of a filled directory are damaged.
type harm struct {
	damage    func(t *testing.T, dir string)
	want      []string
	next      int64 // the offset of the next record
	committed int64
	repaired  string // what the observer hears of, "" = nothing
}

func without(from, to int) []string { return slices.Delete(numbered(0, written), from, to) }

func inSegment(change func(t *testing.T, raw []byte) []byte) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		edit(t, partitionFiles(t, dir, segmentSuffix)[0], func(raw []byte) []byte { return change(t, raw) })
	}
}

// flipped turns the bits of one byte of one batch.
func flipped(batch int, at int64) func(*testing.T, string) {
	return inSegment(func(t *testing.T, raw []byte) []byte {
		raw[batchesOf(t, raw)[batch]+at] ^= 0xff
		return raw
	})
}

// flips are of one byte: whatever it is, the one batch is gone and nothing else. Where a partition ended
// after a crash nobody knows, so a last offset may be believed then that is too high.
func flips(well bool) map[string]harm {
	harms := make(map[string]harm)
	batches := map[string]int{"first": 0, "middle": 7}
	if well {
		batches["last"] = written - 1
	}
	for where, batch := range batches {
		for what, at := range map[string]int64{
			"highest byte of the offset": 0, "middle byte of the offset": 4, "lowest byte of the offset": 7,
			"highest byte of the length": 8, "lowest byte of the length": 11, "magic": batchMagic,
			"checksum": batchCRC, "attributes": batchAttributes, "last offset": batchLastDelta + 3, "content": batchHeader + 2,
		} {
			harms[what+" of the "+where] = harm{flipped(batch, at), without(batch, batch+1), written, readUpTo, "t-0"}
		}
	}
	return harms
}

func harms() map[string]harm {
	all := numbered(0, written)
	return map[string]harm{
		"nothing":         {func(*testing.T, string) {}, all, written, readUpTo, ""},
		"leader's epoch":  {flipped(7, batchEpoch+3), all, written, readUpTo, ""},
		"torn last batch": {inSegment(func(_ *testing.T, raw []byte) []byte { return raw[:len(raw)-3] }), without(written-1, written), written, readUpTo, "t-0"}, // the snapshot knew the end
		"garbage behind the end": {inSegment(func(_ *testing.T, raw []byte) []byte {
			return append(raw, "garbage that is longer than any header of a batch could ever be, really"...)
		}), all, written, readUpTo, "t-0"},
		"empty file": {inSegment(func(*testing.T, []byte) []byte { return nil }), nil, written, readUpTo, "t-0"},
		"empty next file": {func(t *testing.T, dir string) {
			next := filepath.Join(dir, partitionsDir, partitionName(topicUnderTest, 0), segmentName(written))
			check(t, os.WriteFile(next, nil, 0o600))
		}, all, written, readUpTo, ""},
		"no index": {func(t *testing.T, dir string) {
			check(t, os.Remove(partitionFiles(t, dir, indexSuffix)[0]))
		}, all, written, readUpTo, ""},
		"torn commits": {func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, groupsFile), func(raw []byte) []byte { return append(raw, 9, 0, 0, 0, 1, 2) })
		}, all, written, readUpTo, groupsFile},
		"torn snapshot": {func(t *testing.T, dir string) {
			edit(t, partitionFiles(t, dir, snapshotFile)[0], func(raw []byte) []byte { return raw[:10] })
		}, all, written, readUpTo, "t-0 (snapshot.json)"},
		"behind the commits": {func(t *testing.T, dir string) {
			check(t, os.Remove(partitionFiles(t, dir, snapshotFile)[0]))
			inSegment(func(t *testing.T, raw []byte) []byte { return raw[:batchesOf(t, raw)[10]] })(t, dir)
		}, numbered(0, 10), readUpTo, readUpTo, "t-0"},
		"a partition of no topic": {func(t *testing.T, dir string) {
			check(t, os.MkdirAll(filepath.Join(dir, partitionsDir, "gone-0"), 0o700))
		}, all, written, readUpTo, orphansDir},
	}
}

// A disk may turn a bit whenever it likes: a good end makes no difference.
func TestRepair(t *testing.T) {
	for end, well := range map[string]bool{"well": true, "crash": false} {
		for _, harms := range []map[string]harm{harms(), flips(well)} {
			for name, h := range harms {
				t.Run(end+"/"+name, func(t *testing.T) {
					t.Parallel()
					h.check(t, well)
				})
			}
		}
	}
}

func (h harm) check(t *testing.T, well bool) {
	dir := filled(t)
	h.damage(t, dir)
	if !well {
		crashed(t, dir)
	}
	for again := range 3 { // what was mended stays mended, and later records and commits too
		b := start(t, Config{Dir: dir})
		h.checkOpen(t, b, int64(again))
		said := b.mended()
		if again > 0 || h.repaired == "" {
			if len(said) > 0 {
				t.Errorf("open %d: repaired %+v", again, said)
			}
		} else if len(said) != 1 || !strings.HasPrefix(said[0].What, h.repaired) {
			t.Errorf("repaired %+v, want %s", said, h.repaired)
		}
		if errs := b.failures(); len(errs) > 0 {
			t.Errorf("open %d: failures %v", again, errs)
		}
		b.stop()
	}
}

// checkOpen reads all, and adds a record and a commit each time.
func (h harm) checkOpen(t *testing.T, b *live, again int64) {
	t.Helper()
	got := values(readAll(t, b.Addr(), topicUnderTest, 1))
	if !slices.Equal(got, h.want) {
		t.Fatalf("open %d: read %v, want %v", again, got, h.want)
	}
	reader := client(t, b.Addr())
	defer reader.Close()
	if offset := committedBy(t, reader, "g", topicUnderTest, 0); offset != h.committed+again {
		t.Errorf("open %d: committed %d, want %d", again, offset, h.committed+again)
	}
	commit(t, reader, "g", topicUnderTest, 0, h.committed+again+1)
	if end := b.running.cluster.PartitionInfo(topicUnderTest, 0).HighWatermark; end != h.next+again+1 {
		t.Errorf("open %d: the end is %d, want %d", again, end, h.next+again+1) // a marker each time
	}
}
