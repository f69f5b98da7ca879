package elastic

import (
	"bytes"
	"io"
	"sync"
	"sync/atomic"
)

// payload is a request body in a pooled buffer. net/http may still read a body after the
// answer has come (golang/go#51907: a server that answers early, 413 or 429), so the buffer goes
// back to its pool only when every reader of it was closed and its owner let go.
type payload struct {
	buf  []byte
	refs atomic.Int32
	pool *sync.Pool
}

// maxPooledBytes keeps one huge batch from pinning its memory for ever.
const maxPooledBytes = 2 * DefaultMaxBodyBytes

func getPayload(pool *sync.Pool) *payload {
	p, ok := pool.Get().(*payload)
	if !ok {
		p = &payload{pool: pool}
	}
	p.buf = p.buf[:0]
	p.refs.Store(1)
	return p
}

// release gives up the owner's hold, or a reader's.
func (p *payload) release() {
	if p.refs.Add(-1) == 0 && cap(p.buf) <= maxPooledBytes {
		p.pool.Put(p)
	}
}

// reader reads the body once from its start.
func (p *payload) reader() io.ReadCloser {
	p.refs.Add(1)
	return &payloadReader{Reader: bytes.NewReader(p.buf), payload: p}
}

type payloadReader struct {
	*bytes.Reader
	payload *payload
	closed  atomic.Bool
}

// Close lets go of the buffer; net/http promises to call it, at times more than once.
func (r *payloadReader) Close() error {
	if !r.closed.Swap(true) {
		r.payload.release()
	}
	return nil
}
