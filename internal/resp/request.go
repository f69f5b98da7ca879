package resp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Request is a command as a client sent it. Its bytes are good until the next one is read into it.
type Request struct {
	Raw  []byte
	args [][2]int // where each argument stands in Raw
}

// Bounds of a request, so that a peer that speaks something else is told from one that speaks RESP.
const (
	maxArgs     = 1 << 20
	maxArgBytes = 1 << 24
	maxHead     = 32 // of the line that says how much follows
)

// Args is how many arguments the command has, with its name.
func (r *Request) Args() int { return len(r.args) }

// Arg is argument i, the name being 0; nil when there are fewer.
func (r *Request) Arg(i int) []byte {
	if i >= len(r.args) {
		return nil
	}
	return r.Raw[r.args[i][0]:r.args[i][1]]
}

// ReadFrom reads the next command.
func (r *Request) ReadFrom(in *bufio.Reader) error {
	r.Raw, r.args = r.Raw[:0], r.args[:0]
	n, err := r.head(in, '*', maxArgs)
	if err != nil {
		return err
	}
	for range n {
		size, err := r.head(in, '$', maxArgBytes)
		if err != nil {
			return fmt.Errorf("reading a command: %w", err)
		}
		from := len(r.Raw)
		r.Raw = append(r.Raw, make([]byte, size+2)...)
		if _, err := io.ReadFull(in, r.Raw[from:]); err != nil {
			return fmt.Errorf("reading a command: %w", err)
		}
		r.args = append(r.args, [2]int{from, from + size})
	}
	return nil
}

var errNoRequest = errors.New("this is no command of RESP") // compared by nobody

// head reads a line of a mark and a number.
func (r *Request) head(in *bufio.Reader, mark byte, most int) (int, error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	r.Raw = append(r.Raw, line...)
	if len(line) < 4 || len(line) > maxHead || line[0] != mark || line[len(line)-2] != '\r' {
		return 0, errNoRequest
	}
	n, err := strconv.Atoi(string(line[1 : len(line)-2]))
	if err != nil || n < 0 || n > most {
		return 0, errNoRequest
	}
	return n, nil
}
