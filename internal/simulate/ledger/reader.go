package ledger

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Ledger is all that a file says.
type Ledger struct {
	Header   Header
	Issued   int64     // blocks below may have been sent, those from it on were not
	Outcomes []Outcome // by block; State is None where there is no entry
	Samples  []Sample
	Counters []Counters
	Lives    []Life  // of processes that ended
	Closed   *Closed // nil = the writer was killed
	Torn     int64   // bytes of a last entry that was not written to its end

	blocks int64 // that the plan may have
}

var (
	errNoLedger = errors.New("this is no ledger of sluice simulate")
	errTorn     = errors.New("torn")
)

// Read reads a ledger whole. An incomplete last entry is what a killed writer leaves, and ignored;
// damage before the end is an error. Its memory is that of the outcomes: about 150 bytes a block.
func Read(path string) (*Ledger, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading ledger: %w", err)
	}
	var l *Ledger
	info, err := file.Stat()
	if err == nil {
		l, err = read(bufio.NewReaderSize(file, bufferBytes), info.Size())
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("reading ledger %s: %w", path, err)
	}
	return l, nil
}

// read reads so many bytes.
func read(in io.Reader, size int64) (*Ledger, error) {
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(in, head); err != nil || string(head) != magic {
		return nil, errNoLedger
	}
	l, at := &Ledger{}, int64(len(magic))
	for at < size {
		content, err := frame(in, size-at)
		if errors.Is(err, errTorn) {
			l.Torn = size - at
			break
		}
		if err == nil {
			err = l.take(content)
		}
		if err != nil {
			return nil, fmt.Errorf("byte %d: %w", at, err)
		}
		at += int64(frameBytes + len(content))
	}
	if l.Header.Version == 0 {
		return nil, fmt.Errorf("%w: it has no header", errNoLedger)
	}
	return l, nil
}

// frame reads one entry's content; left is what the file still has.
func frame(in io.Reader, left int64) ([]byte, error) {
	var head [frameBytes]byte
	if left < frameBytes {
		return nil, errTorn
	}
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, err
	}
	size := int64(binary.LittleEndian.Uint32(head[:4]))
	if size > left-frameBytes && size <= maxEntryBytes {
		return nil, errTorn
	}
	if size == 0 || size > maxEntryBytes {
		return nil, errors.New("an entry of an impossible length: the file is damaged")
	}
	content := make([]byte, size)
	if _, err := io.ReadFull(in, content); err != nil {
		return nil, err
	}
	if checksum(content) != binary.LittleEndian.Uint32(head[4:]) {
		if size == left-frameBytes {
			return nil, errTorn
		}
		return nil, errors.New("an entry with a wrong checksum: the file is damaged")
	}
	return content, nil
}

// take adds one entry.
func (l *Ledger) take(content []byte) error {
	var e entry
	if err := json.Unmarshal(content, &e); err != nil {
		return fmt.Errorf("decoding entry: %w", err)
	}
	switch {
	case e.Header != nil:
		return l.begin(e.Header)
	case l.Header.Version == 0:
		return fmt.Errorf("%w: its first entry is no header", errNoLedger)
	case e.Issued != nil:
		l.Issued = max(l.Issued, *e.Issued)
	case e.Outcome != nil:
		return l.note(e.Outcome)
	case e.Sample != nil:
		l.Samples = append(l.Samples, *e.Sample)
	case e.Counters != nil:
		l.Counters = append(l.Counters, *e.Counters)
	case e.Life != nil:
		l.Lives = append(l.Lives, *e.Life)
	case e.Closed != nil:
		l.Closed = e.Closed
	}
	return nil
}

func (l *Ledger) begin(h *Header) error {
	if h.Version != formatVersion {
		return fmt.Errorf("the ledger's version is %d, this binary reads %d", h.Version, formatVersion)
	}
	blocks, err := h.blocks()
	if err != nil {
		return fmt.Errorf("the ledger's header: %w", err)
	}
	l.Header, l.blocks = *h, blocks
	return nil
}

func (l *Ledger) note(o *Outcome) error {
	if o.Block < 0 || o.Block >= l.blocks {
		return fmt.Errorf("an outcome of block %d, which the plan does not have", o.Block)
	}
	for int64(len(l.Outcomes)) <= o.Block {
		l.Outcomes = append(l.Outcomes, Outcome{Block: int64(len(l.Outcomes))})
	}
	l.Outcomes[o.Block] = *o
	return nil
}

// Of is what became of a block; its State is never None.
func (l *Ledger) Of(block int64) Outcome {
	if block < int64(len(l.Outcomes)) && l.Outcomes[block].State != None {
		return l.Outcomes[block]
	}
	if block < l.Issued {
		return Outcome{Block: block, State: Doubt, Topic: Doubt}
	}
	return Outcome{Block: block, State: Skipped}
}
