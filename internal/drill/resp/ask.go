// Package resp asks a Redis, one command a connection: what is done to servers in drills needs no more.
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

// within bounds a question whose context does not.
const within = 5 * time.Second

// The limits of an answer.
const (
	maxBytes = 16 << 20 // of one text
	maxParts = 1 << 20  // of one list
	maxDepth = 8
)

// Refusal is an error that the server answered; its first word says which.
type Refusal string

// Error is what the server said.
func (r Refusal) Error() string { return string(r) }

// Ask tells a server one command. The answer is a string, an int64, nil, or a []any of such.
func Ask(ctx context.Context, address string, words ...string) (answer any, err error) {
	defer func() {
		if err != nil && len(words) > 0 {
			err = fmt.Errorf("telling %s %s: %w", address, words[0], err)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // it has served
	hangUp := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer hangUp()
	if _, err := conn.Write(command(words)); err != nil {
		return nil, err
	}
	answer, err = read(bufio.NewReader(conn), 0)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return answer, err
}

// command is a command on the wire.
func command(words []string) []byte {
	said := fmt.Appendf(nil, "*%d\r\n", len(words))
	for _, word := range words {
		said = fmt.Appendf(said, "$%d\r\n%s\r\n", len(word), word)
	}
	return said
}

func read(from *bufio.Reader, depth int) (any, error) {
	line, err := from.ReadString('\n')
	if err != nil {
		return nil, err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" || depth > maxDepth {
		return nil, errStrange
	}
	kind, rest := line[0], line[1:]
	switch kind {
	case '+':
		return rest, nil
	case '-':
		return nil, Refusal(rest)
	}
	number, err := strconv.ParseInt(rest, 10, 64)
	switch {
	case err != nil:
		return nil, errStrange
	case kind == ':':
		return number, nil
	case number == -1:
		return nil, nil
	case kind == '$' && number >= 0 && number <= maxBytes:
		return text(from, int(number))
	case kind == '*' && number >= 0 && number <= maxParts:
		return list(from, int(number), depth)
	}
	return nil, errStrange
}

func text(from *bufio.Reader, size int) (any, error) {
	content := make([]byte, size+2) // with its end
	if _, err := io.ReadFull(from, content); err != nil {
		return nil, err
	}
	return string(content[:size]), nil
}

// list reads the parts; a part that is a refusal is one of them.
func list(from *bufio.Reader, size, depth int) (any, error) {
	parts := make([]any, size)
	for i := range parts {
		part, err := read(from, depth+1)
		if refusal, refused := errors.AsType[Refusal](err); refused {
			part, err = refusal, nil
		}
		if err != nil {
			return nil, err
		}
		parts[i] = part
	}
	return parts, nil
}

var errStrange = errors.New("the answer is not what Redis answers")
