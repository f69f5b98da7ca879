package script

import (
	"fmt"
	"strconv"
	"strings"
)

// Bite is a condition on how much something observed has grown while a drill ran: "retried > 0", or, beside how much
// something else has, "stale > 0.2 accepted".
type Bite struct {
	Name string // what was observed
	Op   string // >, >=, =, <= or <
	Than float64
	Of   string // what Than is a multiple of; "" = it is a number
}

// UnmarshalText reads it.
func (b *Bite) UnmarshalText(text []byte) error {
	fields := strings.Fields(string(text))
	if len(fields) == 3 {
		fields = append(fields, "")
	}
	if len(fields) != 4 {
		return fmt.Errorf("%q: want a name, a sign and a number, such as retried > 0, or stale > 0.2 accepted", text)
	}
	than, err := strconv.ParseFloat(fields[2], 64)
	if err != nil {
		return fmt.Errorf("%q: %q is no number", text, fields[2])
	}
	read := Bite{Name: fields[0], Op: fields[1], Than: than, Of: fields[3]}
	if !read.known() {
		return fmt.Errorf("%q: want one of >, >=, =, <=, < between name and number", text)
	}
	*b = read
	return nil
}

func (b Bite) known() bool {
	switch b.Op {
	case ">", ">=", "=", "<=", "<":
		return true
	default:
		return false
	}
}

// Holds judges what has grown so much, while that which it is held against has grown by of.
func (b Bite) Holds(grown, of float64) bool {
	than := b.Than
	if b.Of != "" {
		than *= of
	}
	switch b.Op {
	case ">":
		return grown > than
	case ">=":
		return grown >= than
	case "=":
		return grown == than
	case "<=":
		return grown <= than
	case "<":
		return grown < than
	default:
		return false
	}
}

// String is as it was written.
func (b Bite) String() string {
	text := b.Name + " " + b.Op + " " + strconv.FormatFloat(b.Than, 'g', -1, 64)
	if b.Of != "" {
		text += " " + b.Of
	}
	return text
}

// MarshalText is as it was written.
func (b Bite) MarshalText() ([]byte, error) { return []byte(b.String()), nil }
