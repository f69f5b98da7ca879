package gateway

import (
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// zstdWindowBytes is the largest window that a body may ask for: what RFC 8878 has every
// decoder support.
const zstdWindowBytes = 8 << 20

// What a decoder may hold beside the body, counted against MaxInFlightBytes.
const (
	gzipBytes = 64 << 10
	zstdBytes = zstdWindowBytes + 512<<10
)

// decoders keeps idle decoders; they are costly to make.
type decoders struct {
	gzips, zstds sync.Pool
}

// decoderBytes is what a decoder of that coding may hold.
func decoderBytes(c coding) int {
	switch c {
	case codingGzip:
		return gzipBytes
	case codingZstd:
		return zstdBytes
	case codingNone:
	}
	return 0
}

// open returns the decompressed form of wire, and what gives its decoder back.
func (d *decoders) open(c coding, wire io.Reader) (io.Reader, func(), error) {
	switch c {
	case codingGzip:
		return d.openGzip(wire)
	case codingZstd:
		return d.openZstd(wire)
	case codingNone:
	}
	return wire, func() {}, nil
}

func (d *decoders) openGzip(wire io.Reader) (io.Reader, func(), error) {
	reader, ok := d.gzips.Get().(*gzip.Reader)
	if !ok {
		reader = new(gzip.Reader)
	}
	done := func() { d.gzips.Put(reader) }
	if err := reader.Reset(wire); err != nil {
		done()
		return nil, nil, fmt.Errorf("opening gzip: %w", err)
	}
	return reader, done, nil
}

func (d *decoders) openZstd(wire io.Reader) (io.Reader, func(), error) {
	reader, ok := d.zstds.Get().(*zstd.Decoder)
	if !ok {
		var err error
		reader, err = zstd.NewReader(nil,
			zstd.WithDecoderConcurrency(1), // decodes on the caller's goroutine, so that an idle one holds none
			zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(zstdWindowBytes))
		if err != nil {
			return nil, nil, fmt.Errorf("making a zstd decoder: %w", err)
		}
	}
	done := func() {
		if reader.Reset(nil) == nil { // one that cannot be reset is left to the collector
			d.zstds.Put(reader)
		}
	}
	if err := reader.Reset(wire); err != nil {
		done()
		return nil, nil, fmt.Errorf("opening zstd: %w", err)
	}
	return reader, done, nil
}
