package script

import (
	"fmt"
	"strconv"
	"strings"
)

// Bite is a condition on how much something observed has grown while a drill ran: "retried > 0".
type Bite struct {
	Name string // what was observed
	Op   string // >, >=, =, <= or <
	Than float64
}

// UnmarshalText reads it.
func (b *Bite) UnmarshalText(text []byte) error {
	fields := strings.Fields(string(text))
	if len(fields) != 3 {
		return fmt.Errorf("%q: want a name, a sign and a number, such as retried > 0", text)
	}
	than, err := strconv.ParseFloat(fields[2], 64)
	if err != nil {
		return fmt.Errorf("%q: %q is no number", text, fields[2])
	}
	read := Bite{Name: fields[0], Op: fields[1], Than: than}
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

// Holds judges what has grown so much.
func (b Bite) Holds(grown float64) bool {
	switch b.Op {
	case ">":
		return grown > b.Than
	case ">=":
		return grown >= b.Than
	case "=":
		return grown == b.Than
	case "<=":
		return grown <= b.Than
	case "<":
		return grown < b.Than
	default:
		return false
	}
}

// String is as it was written.
func (b Bite) String() string {
	return b.Name + " " + b.Op + " " + strconv.FormatFloat(b.Than, 'g', -1, 64)
}

// MarshalText is as it was written.
func (b Bite) MarshalText() ([]byte, error) { return []byte(b.String()), nil }
