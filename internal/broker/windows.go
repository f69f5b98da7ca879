package broker

import (
	"math"
	"path/filepath"
)

// windows are the last batches of each idempotent producer, learnt again from the log as
// Kafka does, so that a batch that is repeated after a crash is known. kfake keeps
// them in a file that it writes only when it ends well.
type windows struct {
	of map[producerAt]*window
}

type producerAt struct {
	producer int64
	place
}

// window is one entry of seq_windows.json.
type window struct {
	PID     int64          `json:"pid"`
	Topic   string         `json:"topic"`
	Part    int32          `json:"partition"`
	Entries [5]windowEntry `json:"entries"` // a ring; Kafka remembers five batches, too
	Count   uint8          `json:"count"`
	At      uint8          `json:"at"`
	Epoch   int16          `json:"epoch"`
	Seen    bool           `json:"seen"`
	NextSeq int32          `json:"next_seq"`
}

type windowEntry struct {
	FirstSeq int32 `json:"first_seq"`
	NextSeq  int32 `json:"next_seq"`
	Offset   int64 `json:"offset"`
}

// add takes the batches of a partition in the order of its log.
func (w *windows) add(at place, b batch) {
	if b.producer < 0 || b.producerEpoch < 0 || b.control || b.records <= 0 {
		return
	}
	key := producerAt{b.producer, at}
	win := w.of[key]
	if win == nil || win.Epoch != b.producerEpoch {
		win = &window{PID: b.producer, Topic: at.topic, Part: at.part, Epoch: b.producerEpoch, Seen: true}
		w.of[key] = win
	}
	next := int32((int64(b.sequence) + int64(b.records)) % math.MaxInt32)
	win.Entries[win.At] = windowEntry{FirstSeq: b.sequence, NextSeq: next, Offset: b.first}
	win.At = (win.At + 1) % uint8(len(win.Entries))
	win.Count = min(win.Count+1, uint8(len(win.Entries)))
	win.NextSeq = next
}

func (w *windows) write(dir string) error {
	file := struct {
		Version int       `json:"version"`
		Windows []*window `json:"windows"`
	}{Version: kfakeVersion}
	for _, win := range w.of {
		file.Windows = append(file.Windows, win)
	}
	return writeJSON(filepath.Join(dir, windowsFile), file)
}
