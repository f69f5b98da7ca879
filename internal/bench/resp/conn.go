// Package resp speaks RESP2 with one Redis server: as little of it as a measurement needs, so that a client library is no part
// of what is measured.
package resp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// Conn is one connection. It is used by one goroutine at a time.
type Conn struct {
	net.Conn

	in      *bufio.Reader
	out     []byte
	timeout time.Duration // of one round trip
}

const maxReplyBytes = 1 << 20

// Dial connects to host:port; the time-out is of dialling, and of each round trip.
func Dial(ctx context.Context, addr string, timeout time.Duration) (*Conn, error) {
	dialer := net.Dialer{Timeout: timeout}
	c, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("dialling Redis: %w", err)
	}
	return &Conn{Conn: c, in: bufio.NewReader(c), timeout: timeout}, nil
}

// ErrorReply is what the server answers with -.
type ErrorReply string

// Error is the server's text.
func (e ErrorReply) Error() string { return string(e) }

// Do is one round trip. The answer is nil, an int64, a string, or a list of them.
func (c *Conn) Do(args ...string) (any, error) {
	c.out = append(strconv.AppendInt(append(c.out[:0], '*'), int64(len(args)), 10), "\r\n"...)
	for _, a := range args {
		c.out = append(strconv.AppendInt(append(c.out, '$'), int64(len(a)), 10), "\r\n"...)
		c.out = append(append(c.out, a...), "\r\n"...)
	}
	if err := c.SetDeadline(time.Now().Add(c.timeout)); err != nil {
		return nil, err
	}
	if _, err := c.Write(c.out); err != nil {
		return nil, err
	}
	return Read(c.in)
}

// Read is the next answer: nil, an int64, a string, or a list of them; an ErrorReply is its error.
func Read(in *bufio.Reader) (any, error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	line = strings.TrimSuffix(line, "\r\n")
	if line == "" {
		return nil, errors.New("the answer is no RESP")
	}
	rest := line[1:]
	switch line[0] {
	case '+':
		return rest, nil
	case '-':
		return nil, ErrorReply(rest)
	case ':':
		return strconv.ParseInt(rest, 10, 64)
	}
	n, err := strconv.Atoi(rest)
	switch {
	case err != nil || n > maxReplyBytes:
		return nil, fmt.Errorf("the answer is no RESP: %q", line)
	case n < 0:
		return nil, nil
	case line[0] == '$':
		text := make([]byte, n+2)
		_, err := io.ReadFull(in, text)
		return string(text[:n]), err
	case line[0] != '*':
		return nil, fmt.Errorf("the answer is no RESP: %q", line)
	}
	list := make([]any, n)
	for i := range list {
		if list[i], err = Read(in); err != nil {
			return nil, err
		}
	}
	return list, nil
}
