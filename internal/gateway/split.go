package gateway

import (
	"bytes"
	"errors"
	"fmt"
)

// errDepth says that brackets are nested deeper than the limit.
var errDepth = errors.New("nested too deep")

// splitLines calls yield with each line that is not blank, without the white space
// around it, until yield says stop.
func splitLines(body []byte, yield func(item []byte) bool) {
	for len(body) > 0 {
		line := body
		if end := bytes.IndexByte(body, '\n'); end >= 0 {
			line, body = body[:end], body[end+1:]
		} else {
			body = nil
		}
		line = trim(line)
		if len(line) > 0 && !yield(line) {
			return
		}
	}
}

// trim cuts JSON's white space from both ends.
func trim(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// splitArray calls yield with the bytes of each element of a JSON array, until yield says
// stop. body begins with '[' and has no white space around it. What an element holds is checked
// only as far as its end must be found: strings end, brackets pair. An error means
// that the elements given so far are not to be trusted either.
func splitArray(body []byte, depth int, yield func(item []byte) bool) error {
	i := skipSpace(body, 1)
	if i < len(body) && body[i] == ']' {
		return ended(body, i)
	}
	for i < len(body) {
		end, err := elementEnd(body, i, depth)
		if err != nil {
			return err
		}
		if !yield(body[i:end]) {
			return nil
		}
		i = skipSpace(body, end)
		switch {
		case i == len(body):
		case body[i] == ']':
			return ended(body, i)
		case body[i] == ',':
			i = skipSpace(body, i+1)
			continue
		default:
			return fmt.Errorf("byte %d: neither a comma nor the end of the array", i)
		}
	}
	return errors.New("the array does not end")
}

// ended checks that nothing follows the array's last bracket, at i.
func ended(body []byte, i int) error {
	if i+1 < len(body) {
		return fmt.Errorf("byte %d: something follows the array", i+1)
	}
	return nil
}

func skipSpace(body []byte, i int) int {
	for i < len(body) && isSpace(body[i]) {
		i++
	}
	return i
}

// elementEnd is where the element that begins at i ends.
func elementEnd(body []byte, i, depth int) (int, error) {
	switch body[i] {
	case '{', '[':
		return nestEnd(body, i, depth)
	case '"':
		return stringEnd(body, i)
	}
	end := i
	for end < len(body) && body[end] != ',' && body[end] != ']' && !isSpace(body[end]) {
		end++
	}
	if end == i {
		return 0, fmt.Errorf("byte %d: an element is missing", i)
	}
	return end, nil
}

// nestEnd is where the object or array that begins at i ends. kinds holds a bit for each
// open bracket, the innermost lowest: 1 for an object.
func nestEnd(body []byte, i, depth int) (int, error) {
	var kinds uint64
	for open := 0; i < len(body); i++ {
		switch c := body[i]; c {
		case '"':
			end, err := stringEnd(body, i)
			if err != nil {
				return 0, err
			}
			i = end - 1
		case '{', '[':
			if open == depth {
				return 0, fmt.Errorf("byte %d: %w", i, errDepth)
			}
			open++
			kinds <<= 1
			if c == '{' {
				kinds |= 1
			}
		case '}', ']':
			if (c == '}') != (kinds&1 == 1) {
				return 0, fmt.Errorf("byte %d: brackets do not pair", i)
			}
			kinds >>= 1
			open--
			if open == 0 {
				return i + 1, nil
			}
		}
	}
	return 0, errors.New("an element does not end")
}

// stringEnd is where the string that begins at i ends.
func stringEnd(body []byte, i int) (int, error) {
	for i++; i < len(body); i++ {
		switch body[i] {
		case '"':
			return i + 1, nil
		case '\\':
			i++
		}
	}
	return 0, errors.New("a string does not end")
}
