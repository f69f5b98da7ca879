package send

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// NDJSON hands on lines as they are; empty ones are skipped.
type NDJSON struct {
	lines  *bufio.Reader
	line   int64
	buf    []byte
	stamps bool
}

// NewNDJSON reads lines. stamps asks for each record's event time, which costs a parse.
func NewNDJSON(r io.Reader, stamps bool) *NDJSON {
	return &NDJSON{lines: bufio.NewReaderSize(r, 64<<10), stamps: stamps}
}

// Next reads one line.
func (n *NDJSON) Next() (Record, error) {
	for {
		line, long, err := n.read()
		if len(line) == 0 && !long {
			if err != nil {
				return Record{}, err
			}
			continue
		}
		if long {
			return Record{}, &Unreadable{Line: n.line, Err: errTooLong}
		}
		rec := Record{JSON: line}
		if n.stamps {
			rec.Time = findStamp(line)
		}
		return rec, nil
	}
}

// read takes one line without its end; of one that is too long only the news. The error
// comes with an empty line only.
func (n *NDJSON) read() (line []byte, long bool, err error) {
	n.line++
	n.buf = n.buf[:0]
	for {
		part, err := n.lines.ReadSlice('\n')
		if len(n.buf) <= maxLineBytes {
			n.buf = append(n.buf, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		line = bytes.TrimSpace(n.buf)
		if err != nil && len(line) == 0 {
			return nil, false, err
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, false, err
		}
		return line, len(n.buf) > maxLineBytes, nil
	}
}

// findStamp finds the number of the member "ts" of an object; a line without one, or one
// that is no JSON, has no stamp.
func findStamp(line []byte) Stamp {
	dec := json.NewDecoder(bytes.NewReader(line))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return Stamp{}
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return Stamp{}
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return Stamp{}
		}
		if name != "ts" {
			continue
		}
		ms, err := strconv.ParseInt(string(value), 10, 64)
		if err != nil {
			return Stamp{}
		}
		to := int(dec.InputOffset())
		return Stamp{MS: ms, From: to - len(value), To: to}
	}
	return Stamp{}
}
