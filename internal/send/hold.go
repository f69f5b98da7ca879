package send

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// hold keeps all records of all files, so that they can be moved in time together and
// put in the order of their events.
type hold struct {
	limit int64 // bytes
	text  []byte
	kept  []kept
}

type kept struct {
	from, to int // in text
	time     Stamp
}

// keptOverheadBytes is what a record costs beside its text.
const keptOverheadBytes = 48

func (h *hold) add(rec Record) error {
	from := len(h.text)
	h.text = append(h.text, rec.JSON...)
	h.kept = append(h.kept, kept{from: from, to: len(h.text), time: rec.Time})
	if used := int64(len(h.text)) + int64(len(h.kept))*keptOverheadBytes; used > h.limit {
		return fmt.Errorf("holding records to move or order them: more than %d bytes after %d records: raise --hold or send fewer at once", h.limit, len(h.kept))
	}
	return nil
}

// order sorts by event time; a record without one stays behind the record that it followed.
func (h *hold) order() {
	last := int64(0)
	for i := range h.kept {
		if h.kept[i].time.known() {
			last = h.kept[i].time.MS
		} else {
			h.kept[i].time.MS = last
		}
	}
	slices.SortStableFunc(h.kept, func(a, b kept) int {
		switch {
		case a.time.MS < b.time.MS:
			return -1
		case a.time.MS > b.time.MS:
			return 1
		}
		return 0
	})
}

// span is the least and the greatest known event time; false when none is known.
func (h *hold) span() (oldest, newest int64, known bool) {
	for i := range h.kept {
		t := h.kept[i].time
		if !t.known() {
			continue
		}
		if !known {
			oldest, newest, known = t.MS, t.MS, true
			continue
		}
		oldest, newest = min(oldest, t.MS), max(newest, t.MS)
	}
	return oldest, newest, known
}

// shifted appends the i-th record with its event time moved by that many ms.
func (h *hold) shifted(buf []byte, i int, ms int64) []byte {
	k := h.kept[i]
	line := h.text[k.from:k.to]
	if ms == 0 || !k.time.known() {
		return append(buf, line...)
	}
	buf = append(buf, line[:k.time.From]...)
	buf = strconv.AppendInt(buf, k.time.MS+ms, 10)
	return append(buf, line[k.time.To:]...)
}

// due is how long after the start the i-th record is to be sent at that many times real time.
func (h *hold) due(i int, oldest int64, speed float64) time.Duration {
	return time.Duration(float64(max(h.kept[i].time.MS-oldest, 0)) / speed * float64(time.Millisecond))
}
