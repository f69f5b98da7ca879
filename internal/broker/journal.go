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
// the first entry that is not whole, and goes on writing behind it: but for the mend here,
// all that follows would be lost at the open after the next.
const (
	entryHeader  = 8
	entryVersion = 2
	longestEntry = 16 << 20 // that a damaged length is believed
)

// entry gives the content of the entry at the front, if it is whole, and where it ends.
func entry(raw []byte) (content []byte, end int, ok bool) {
	if len(raw) < entryHeader+entryVersion {
		return nil, 0, false
	}
	length := int(binary.LittleEndian.Uint32(raw))
	end = entryHeader + length
	if length < entryVersion || length > longestEntry || end > len(raw) || binary.LittleEndian.Uint16(raw[entryHeader:]) != kfakeVersion {
		return nil, 0, false
	}
	content = raw[entryHeader:end]
	return content[entryVersion:], end, crc32.Checksum(content, castagnoli()) == binary.LittleEndian.Uint32(raw[4:])
}

// entries calls each with the content of every whole entry, and returns their bytes, neighbours joined. What is
// damaged is passed over when a whole entry follows anywhere.
func entries(raw []byte, each func(content []byte)) (keep [][]byte) {
	start, pos := 0, 0
	keepUpTo := func(end int) {
		if end > start {
			keep = append(keep, raw[start:end])
		}
	}
	for pos < len(raw) {
		content, size, ok := entry(raw[pos:])
		if ok {
			each(content)
			pos += size
			continue
		}
		keepUpTo(pos)
		for ok = false; pos < len(raw) && !ok; {
			pos++
			_, _, ok = entry(raw[pos:])
		}
		start = pos
	}
	keepUpTo(pos)
	return keep
}

// mendJournal takes out what is torn or damaged. A journal that is missing is as good as an empty one.
func mendJournal(dir, name string, each func(content []byte)) (cut int64, err error) {
	path := filepath.Join(dir, name)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	keep := entries(raw, each)
	cut = int64(len(raw))
	for _, whole := range keep {
		cut -= int64(len(whole))
	}
	if cut == 0 {
		return 0, nil
	}
	return cut, replace(path, keep...)
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
	var said struct {
		Type   string `json:"type"`
		Group  string `json:"g"`
		Topic  string `json:"t"`
		Part   int32  `json:"p"`
		Offset int64  `json:"o"`
	}
	if json.Unmarshal(content, &said) != nil {
		return // kfake passes over such an entry, too
	}
	key := committed{said.Group, place{said.Topic, said.Part}}
	switch said.Type {
	case "commit":
		c.offsets[key] = said.Offset
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
