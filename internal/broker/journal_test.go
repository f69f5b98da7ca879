package broker

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func entryOf(text string) []byte {
	raw := make([]byte, entryHeader+entryVersion, entryHeader+entryVersion+len(text))
	binary.LittleEndian.PutUint16(raw[entryHeader:], kfakeVersion)
	raw = append(raw, text...)
	binary.LittleEndian.PutUint32(raw, uint32(len(raw)-entryHeader))
	binary.LittleEndian.PutUint32(raw[4:], crc32.Checksum(raw[entryHeader:], castagnoli()))
	return raw
}

// Whatever byte of an entry is turned, the others are read, and stay in the file.
func TestJournalLosesOneEntry(t *testing.T) {
	texts := []string{`{"n":0}`, `{"n":1,"longer":"than the others"}`, `{"n":2}`, `{"n":3}`}
	for turned := range texts {
		for at := range entryOf(texts[turned]) {
			for _, bits := range []byte{0xff, 0x01, 0x80} {
				journalWithOneTurned(t, texts, turned, at, bits)
			}
		}
	}
}

func journalWithOneTurned(t *testing.T, texts []string, turned, at int, bits byte) {
	t.Helper()
	var raw, want []byte
	for i, text := range texts {
		one := entryOf(text)
		if i == turned {
			one[at] ^= bits
		} else {
			want = append(want, one...)
		}
		raw = append(raw, one...)
	}
	var read []string
	keep := entries(raw, func(content []byte) { read = append(read, string(content)) })
	if others := slices.Delete(slices.Clone(texts), turned, turned+1); !slices.Equal(read, others) || !bytes.Equal(bytes.Join(keep, nil), want) {
		t.Errorf("byte %d of entry %d turned by %x: read %v", at, turned, bits, read)
	}
}

func TestJournalOnDisk(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, groupsFile)
	whole := bytes.Join([][]byte{entryOf(`{"n":0}`), entryOf(`{"n":2}`)}, nil)
	harmed := bytes.Join([][]byte{entryOf(`{"n":0}`), []byte("damaged"), entryOf(`{"n":2}`), {9, 0, 0}}, nil)
	check(t, os.WriteFile(path, harmed, 0o600))
	for _, want := range []int64{10, 0} {
		read := ""
		cut, err := mendJournal(dir, groupsFile, func(content []byte) { read += string(content) })
		if err != nil || cut != want || read != `{"n":0}{"n":2}` {
			t.Errorf("cut %d, want %d; read %s, %v", cut, want, read, err)
		}
		if raw, err := os.ReadFile(path); err != nil || !bytes.Equal(raw, whole) {
			t.Errorf("the file holds %q, %v", raw, err)
		}
	}
	if cut, err := mendJournal(t.TempDir(), groupsFile, nil); cut != 0 || err != nil {
		t.Error(fmt.Errorf("a missing journal: %d, %w", cut, err))
	}
}
