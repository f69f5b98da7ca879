package kafka

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"net"
	"sync"
)

// tap is a fetcher's dialler. Its connection remembers how the answer to the last request
// began: where sarama cannot take an answer apart it gives nothing of it, and these
// bytes still tell which batch stands in the way. It is for one connection at a time.
type tap struct {
	tether
	secure *tls.Config // nil = plain; TLS is spoken here, so that what is remembered can be read

	mu   sync.Mutex
	head []byte // the answer's first bytes
	read int64  // bytes of it so far
}

// tapBytes hold an answer up to the end of its first batch's head, whatever the topic's name.
const tapBytes = 1024

// Dial opens a connection, as sarama's proxy interface asks.
func (t *tap) Dial(network, addr string) (net.Conn, error) {
	conn, err := t.tether.Dial(network, addr)
	if err != nil {
		return nil, err
	}
	if t.secure != nil {
		if conn, err = t.handshake(conn, addr); err != nil {
			return nil, err
		}
	}
	return &tapped{Conn: conn, tap: t}, nil
}

func (t *tap) handshake(plain net.Conn, addr string) (net.Conn, error) {
	settings := t.secure.Clone()
	if settings.ServerName == "" {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, err
		}
		settings.ServerName = host
	}
	ctx, cancel := context.WithTimeout(t.ctx, t.timeout)
	defer cancel()
	conn := tls.Client(plain, settings)
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = plain.Close() // why it is of no use is known
		return nil, err
	}
	return conn, nil
}

// tapped is a connection on which answer follows request.
type tapped struct {
	net.Conn
	tap *tap
}

// Write begins another exchange.
func (c *tapped) Write(b []byte) (int, error) {
	c.tap.mu.Lock()
	c.tap.head, c.tap.read = c.tap.head[:0], 0
	c.tap.mu.Unlock()
	return c.Conn.Write(b)
}

// Read notes what comes.
func (c *tapped) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.tap.mu.Lock()
	c.tap.head = append(c.tap.head, b[:max(min(n, tapBytes-len(c.tap.head)), 0)]...)
	c.tap.read += int64(n)
	c.tap.mu.Unlock()
	return n, err
}

// front is what an answer for one partition says before its first record.
type front struct {
	end         int64 // of the partition
	bytes       int64 // of all batches in the answer
	batchBytes  int64 // of the first batch as a whole
	first, last int64 // its offsets
	records     int64 // that it says to hold; -1 when its format does not say
}

// front reads the answer to the last request, if all of it has come and it holds records.
func (t *tap) front() (front, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := cursor{left: t.head}
	if size := c.int32(); c.short || t.read != 4+size {
		return front{}, false
	}
	c.skip(4 + 4 + 2 + 4) // correlation, throttling, error, session
	c.skip(4)             // one topic
	c.skip(c.int16())
	c.skip(4 + 4) // one partition, its id
	failed := c.int16()
	f := front{end: c.int64(), records: -1}
	c.skip(8 + 8) // the last stable offset, the log's start
	c.skip(16 * max(c.int32(), 0))
	c.skip(4) // a preferred replica
	f.bytes = c.int32()
	f.first, f.batchBytes = c.int64(), 12+c.int32()
	c.skip(4) // the leader's epoch, or a checksum
	f.last = f.first
	if magic := c.int8(); magic >= 2 {
		c.skip(4 + 2) // checksum, attributes
		f.last += c.int32()
		c.skip(8 + 8 + 8 + 2 + 4) // times, producer, its epoch and sequence
		f.records = c.int32()
	}
	return f, !c.short && failed == 0
}

// cursor reads numbers from the front of bytes; short says that they were too few.
type cursor struct {
	left  []byte
	short bool
}

func (c *cursor) skip(n int64) []byte {
	if n < 0 || n > int64(len(c.left)) {
		c.left, c.short = nil, true
		return make([]byte, 8)
	}
	b := c.left[:n]
	c.left = c.left[n:]
	return b
}

func (c *cursor) int8() int64  { return int64(int8(c.skip(1)[0])) }
func (c *cursor) int16() int64 { return int64(int16(binary.BigEndian.Uint16(c.skip(2)))) }
func (c *cursor) int32() int64 { return int64(int32(binary.BigEndian.Uint32(c.skip(4)))) }
func (c *cursor) int64() int64 { return int64(binary.BigEndian.Uint64(c.skip(8))) }
