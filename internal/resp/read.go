package resp

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
)

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

// Read is the next answer: nil, an int64, a string, or a list of them; a Refusal is its error, and in a list a part of it.
func Read(in *bufio.Reader) (any, error) { return read(in, 0) }

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
