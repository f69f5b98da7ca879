package locks

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

// conn speaks RESP2 with one server: as little of it as the measurement needs, so that a client library is no part of what is
// measured.
type conn struct {
	net.Conn

	in      *bufio.Reader
	out     []byte
	timeout time.Duration // of one round trip
}

const maxReplyBytes = 1 << 20

func dial(ctx context.Context, addr string, timeout time.Duration) (*conn, error) {
	dialer := net.Dialer{Timeout: timeout}
	c, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("dialling Redis: %w", err)
	}
	return &conn{Conn: c, in: bufio.NewReader(c), timeout: timeout}, nil
}

// errorReply is what the server answers with -.
type errorReply string

func (e errorReply) Error() string { return string(e) }

// do is one round trip. The answer is nil, an int64, a string, or a list of them.
func (c *conn) do(args ...string) (any, error) {
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
	return c.reply()
}

func (c *conn) reply() (any, error) {
	line, err := c.in.ReadString('\n')
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
		return nil, errorReply(rest)
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
		_, err := io.ReadFull(c.in, text)
		return string(text[:n]), err
	case line[0] != '*':
		return nil, fmt.Errorf("the answer is no RESP: %q", line)
	}
	list := make([]any, n)
	for i := range list {
		if list[i], err = c.reply(); err != nil {
			return nil, err
		}
	}
	return list, nil
}
