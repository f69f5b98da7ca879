package broker

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
)

// A journal (groups.log, pids.log) is a row of entries: 4 bytes of length, 4 bytes of
// CRC-32C, then that many bytes, the first two a version; little-endian. kfake reads up to
// the first entry that is not whole, and goes on writing behind it: but for the cut here,
// all that follows would be lost at the open after the next.
const (
	entryHeader  = 8
	entryVersion = 2
)

// entries calls each with the content of every whole entry and says how many bytes they take.
func entries(raw []byte, each func(content []byte)) (whole int64) {
	pos := 0
	for pos+entryHeader+entryVersion <= len(raw) {
		length := int(binary.LittleEndian.Uint32(raw[pos:]))
		end := pos + entryHeader + length
		if length < entryVersion || end > len(raw) || end < pos {
			break
		}
		content := raw[pos+entryHeader : end]
		if crc32.Checksum(content, castagnoli()) != binary.LittleEndian.Uint32(raw[pos+4:]) {
			break
		}
		each(content[entryVersion:])
		pos = end
	}
	return int64(pos)
}

// mendJournal cuts off what is torn. A journal that is missing is as good as an empty one.
func mendJournal(dir, name string, each func(content []byte)) (cut int64, err error) {
	path := filepath.Join(dir, name)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	whole := entries(raw, each)
	cut = int64(len(raw)) - whole
	if cut == 0 {
		return 0, nil
	}
	return cut, cutFile(path, whole)
}

// place is a partition of a topic.
type place struct {
	topic string
	part  int32
}

// commits finds the greatest offset that any group has committed for a partition.
type commits struct {
	offsets map[committed]int64
}

type committed struct {
	group string
	place
}

// add takes an entry of groups.log.
func (c *commits) add(content []byte) {
	var entry struct {
		Type   string `json:"type"`
		Group  string `json:"g"`
		Topic  string `json:"t"`
		Part   int32  `json:"p"`
		Offset int64  `json:"o"`
	}
	if json.Unmarshal(content, &entry) != nil {
		return // kfake passes over such an entry, too
	}
	key := committed{entry.Group, place{entry.Topic, entry.Part}}
	switch entry.Type {
	case "commit":
		c.offsets[key] = entry.Offset
	case "delete":
		delete(c.offsets, key)
	}
}

// greatest is by partition.
func (c *commits) greatest() map[place]int64 {
	most := make(map[place]int64)
	for key, offset := range c.offsets {
		most[key.place] = max(most[key.place], offset)
	}
	return most
}
