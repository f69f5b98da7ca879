package send

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Input says how files are read.
type Input struct {
	Format  string            // csv, gpx or ndjson; "" = by the file's extension
	Columns map[string]string // of CSV: field of a ping -> column
	Driver  string            // of GPX; "" = the file's name without its extensions
	Stdin   io.Reader         // what the name - reads
}

// maxWindowBytes bounds the memory that a zstd file may ask for.
const maxWindowBytes = 128 << 20

// source is one open file.
type source struct {
	Reader
	name  string
	close func() error
}

// open opens a file and unpacks it by its extension. stamps asks for event times; read is
// told of bytes as they lie on disk.
func (in Input) open(name string, stamps bool, read func(int)) (*source, error) {
	if name == "-" {
		reader, err := in.reader(name, "stdin", counted{in.Stdin, read}, stamps)
		return &source{Reader: reader, name: "stdin", close: func() error { return nil }}, err
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("opening input: %w", err)
	}
	s, err := in.unpack(name, file, stamps, read)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", name, err), file.Close())
	}
	return s, nil
}

func (in Input) unpack(name string, file *os.File, stamps bool, read func(int)) (*source, error) {
	s := &source{name: name, close: file.Close}
	var content io.Reader = counted{file, read}
	inner := name
	switch filepath.Ext(name) {
	case ".zst":
		unpacked, err := zstd.NewReader(content, zstd.WithDecoderMaxWindow(maxWindowBytes), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		s.close = func() error {
			unpacked.Close()
			return file.Close()
		}
		content, inner = unpacked, strings.TrimSuffix(name, ".zst")
	case ".gz":
		unpacked, err := gzip.NewReader(content)
		if err != nil {
			return nil, err
		}
		content, inner = unpacked, strings.TrimSuffix(name, ".gz")
	}
	var err error
	s.Reader, err = in.reader(inner, filepath.Base(inner), content, stamps)
	return s, err
}

func (in Input) reader(name, base string, content io.Reader, stamps bool) (Reader, error) {
	ext := filepath.Ext(name)
	format := in.Format
	if format == "" {
		format = strings.TrimPrefix(ext, ".")
	}
	switch format {
	case "csv":
		return NewCSV(content, in.Columns)
	case "gpx":
		driver := in.Driver
		if driver == "" {
			driver = strings.TrimSuffix(base, ext)
		}
		return NewGPX(content, driver)
	case "ndjson", "jsonl":
		return NewNDJSON(content, stamps), nil
	}
	return nil, fmt.Errorf("%q tells no format: say --format csv, gpx or ndjson", base)
}

// counted tells how many bytes are read through it.
type counted struct {
	io.Reader
	read func(int)
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read(n)
	return n, err
}
