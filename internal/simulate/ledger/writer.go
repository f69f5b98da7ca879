package ledger

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"sync"
)

const (
	magic         = "sluice ledger 1\n"
	frameBytes    = 8       // length and checksum, little-endian, before the content
	maxEntryBytes = 4 << 20 // a larger length is damage
	bufferBytes   = 256 << 10
)

// Writer appends to a ledger. It is used from many goroutines at once; after an error it
// accepts nothing more, since what follows could not be read.
type Writer struct {
	file *os.File

	mu  sync.Mutex // guards what follows
	buf *bufio.Writer
	err error
}

// Create makes a ledger with its header, durable when it returns. A file that is there is an error:
// it may be the only proof of another load.
func Create(path string, h Header) (*Writer, error) {
	h.Version = formatVersion
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("creating ledger: %w", err)
	}
	w := &Writer{file: file, buf: bufio.NewWriterSize(file, bufferBytes)}
	_, err = w.buf.WriteString(magic)
	if err = errors.Join(err, w.append(entry{Header: &h}), w.sync(), syncDir(filepath.Dir(path))); err != nil {
		return nil, errors.Join(fmt.Errorf("creating ledger: %w", err), file.Close())
	}
	return w, nil
}

// syncDir makes a new file's name durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Issue says that blocks below to may be sent from now on: it is durable when it returns,
// and with it everything that was noted before.
func (w *Writer) Issue(to int64) error {
	return w.durable(entry{Issued: &to})
}

// Outcome notes what became of a block; it is durable with the next Issue, Sample or Close.
func (w *Writer) Outcome(o Outcome) error { return w.append(entry{Outcome: &o}) }

// Sample notes where the readers stand.
func (w *Writer) Sample(s Sample) error { return w.durable(entry{Sample: &s}) }

// Counters notes the processes' counts.
func (w *Writer) Counters(c Counters) error { return w.durable(entry{Counters: &c}) }

// Life notes what a process that has ended counted when it last said so.
func (w *Writer) Life(l Life) error { return w.durable(entry{Life: &l}) }

// Close notes how the load ended and closes the file.
func (w *Writer) Close(c Closed) error {
	return errors.Join(w.durable(entry{Closed: &c}), w.file.Close())
}

func (w *Writer) durable(e entry) error {
	if err := w.append(e); err != nil {
		return err
	}
	return w.sync()
}

// sync holds nobody up who appends meanwhile.
func (w *Writer) sync() error {
	w.mu.Lock()
	err := w.fail(w.buf.Flush())
	w.mu.Unlock()
	if err != nil {
		return err
	}
	if err := w.file.Sync(); err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.fail(err) // what the kernel has dropped it will not write the next time either
	}
	return nil
}

func (w *Writer) append(e entry) error {
	content, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encoding ledger entry: %w", err)
	}
	var frame [frameBytes]byte
	binary.LittleEndian.PutUint32(frame[:4], uint32(len(content)))
	binary.LittleEndian.PutUint32(frame[4:], checksum(content))
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	_, err = w.buf.Write(frame[:])
	if err == nil {
		_, err = w.buf.Write(content)
	}
	return w.fail(err)
}

// fail remembers the first error; the lock is held.
func (w *Writer) fail(err error) error {
	if w.err == nil && err != nil {
		w.err = fmt.Errorf("writing ledger: %w", err)
	}
	return w.err
}

func checksum(content []byte) uint32 {
	return crc32.Checksum(content, crc32.MakeTable(crc32.Castagnoli))
}
