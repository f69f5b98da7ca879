package nullbulk

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Recorder keeps bulk bodies as they came, so that a bare loader can send the very
// documents that the product makes. A frame is the number of items and the length of the
// body, 4 bytes each, big-endian, then the body.
type Recorder struct {
	mu   sync.Mutex
	w    *bufio.Writer
	left int64
	err  error
}

// NewRecorder keeps up to limit bytes into w.
func NewRecorder(w io.Writer, limit int64) *Recorder {
	return &Recorder{w: bufio.NewWriterSize(w, 1<<20), left: limit}
}

func (r *Recorder) keep(body []byte, items int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil || r.left < int64(len(body)) {
		return
	}
	r.left -= int64(len(body))
	var head [8]byte
	binary.BigEndian.PutUint32(head[:4], uint32(items))     // a body holds far fewer
	binary.BigEndian.PutUint32(head[4:], uint32(len(body))) // bodies are a few MiB
	if _, err := r.w.Write(head[:]); err != nil {
		r.err = err
		return
	}
	_, r.err = r.w.Write(body)
}

// Close writes out what is buffered, and returns the first error of all writing.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := errors.Join(r.err, r.w.Flush()); err != nil {
		return fmt.Errorf("recording bodies: %w", err)
	}
	return nil
}

// Body is one recorded request.
type Body struct {
	Items int
	Bytes []byte
}

// ReadBodies reads a whole recording.
func ReadBodies(r io.Reader) ([]Body, error) {
	var bodies []Body
	in := bufio.NewReaderSize(r, 1<<20)
	for {
		var head [8]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			if errors.Is(err, io.EOF) {
				return bodies, nil
			}
			return nil, fmt.Errorf("reading recorded bodies: %w", err)
		}
		b := Body{
			Items: int(binary.BigEndian.Uint32(head[:4])),
			Bytes: make([]byte, binary.BigEndian.Uint32(head[4:])),
		}
		if _, err := io.ReadFull(in, b.Bytes); err != nil {
			return nil, fmt.Errorf("reading recorded bodies: %w", err)
		}
		bodies = append(bodies, b)
	}
}
