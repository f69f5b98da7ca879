// Package resp speaks RESP2 with one Redis server: as little of it as measurements and drills need. A client library is
// so no part of what is measured, and nothing that repeats or redirects a question stands before a server that is hurt.
package resp

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strconv"
	"time"
)

// Conn is one connection. It is used by one goroutine at a time.
type Conn struct {
	net.Conn

	in      *bufio.Reader
	out     []byte
	timeout time.Duration // of one round trip
}

// Dial connects to host:port; the time-out is of dialling, and of each round trip.
func Dial(ctx context.Context, addr string, timeout time.Duration) (*Conn, error) {
	dialer := net.Dialer{Timeout: timeout}
	c, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("dialling Redis: %w", err)
	}
	return &Conn{Conn: c, in: bufio.NewReader(c), timeout: timeout}, nil
}

// Do is one round trip. The answer is nil, an int64, a string, or a list of them.
func (c *Conn) Do(args ...string) (any, error) {
	c.out = appendCommand(c.out[:0], args)
	if err := c.SetDeadline(time.Now().Add(c.timeout)); err != nil {
		return nil, err
	}
	if _, err := c.Write(c.out); err != nil {
		return nil, err
	}
	return Read(c.in)
}

// appendCommand appends a command as it is on the wire.
func appendCommand(to []byte, words []string) []byte {
	to = append(strconv.AppendInt(append(to, '*'), int64(len(words)), 10), "\r\n"...)
	for _, word := range words {
		to = append(strconv.AppendInt(append(to, '$'), int64(len(word)), 10), "\r\n"...)
		to = append(append(to, word...), "\r\n"...)
	}
	return to
}
