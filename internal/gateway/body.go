package gateway

import (
	"errors"
	"io"
	"net/http"
	"os"

	"github.com/klauspost/compress/zstd"

	"sluice/internal/problem"
)

const (
	// firstBodyBytes is the smallest body buffer.
	firstBodyBytes = 64 << 10
	// memoryPerBodyByte is what a byte of buffer is counted as against MaxInFlightBytes:
	// itself, and its share of the record that will point to it.
	memoryPerBodyByte = 2
)

// bodyCapacity is the buffer that a body of n bytes grows to: a power of two.
func bodyCapacity(n int) int {
	capacity := firstBodyBytes
	for capacity <= n { // one byte more than the limit is read, to tell that it is passed
		capacity *= 2
	}
	return capacity
}

// wire is the body as it comes over the connection; it remembers its own error, to tell
// a broken connection from a broken compression.
type wire struct {
	io.Reader
	err error
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

// readBody fills b.body with the decompressed body of r. It stops as soon as a limit is passed.
func (g *Gateway) readBody(w http.ResponseWriter, r *http.Request, c coding, b *batch) *problem.Problem {
	limit := g.cfg.MaxBodyBytes
	if r.ContentLength > int64(limit) {
		return g.bodyTooLarge()
	}
	if !b.hold(&g.flights, memoryPerBodyByte*cap(b.body)+decoderBytes(c)) {
		return g.overloaded()
	}
	source := &wire{Reader: http.MaxBytesReader(w, r.Body, int64(limit))}
	reader, done, err := g.decoders.open(c, source)
	if err != nil {
		return g.unreadable(source, err)
	}
	defer done()
	for {
		if len(b.body) == cap(b.body) && !b.grow(&g.flights) {
			return g.overloaded()
		}
		n, err := reader.Read(b.body[len(b.body):cap(b.body)])
		b.body = b.body[:len(b.body)+n]
		switch {
		case len(b.body) > limit:
			return g.bodyTooLarge()
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return g.unreadable(source, err)
		}
	}
}

// unreadable says why a body could not be read.
func (g *Gateway) unreadable(source *wire, err error) *problem.Problem {
	var passed *http.MaxBytesError
	switch {
	case errors.As(source.err, &passed),
		errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return g.bodyTooLarge()
	case errors.Is(source.err, os.ErrDeadlineExceeded):
		return &problem.Problem{
			Status: http.StatusRequestTimeout, Code: problem.CodeTimeout, Detail: "the body took too long to arrive",
		}
	case source.err != nil:
		return badRequest(problem.CodeBadBody, "the body broke off")
	}
	return badRequest(problem.CodeBadEncoding, "the body is not what Content-Encoding says")
}
