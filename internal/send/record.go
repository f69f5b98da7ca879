package send

import (
	"errors"
	"fmt"
)

// Record is one ping as JSON text. Its bytes are the reader's, valid until its next call.
type Record struct {
	JSON []byte // one line, without its end
	Time Stamp
}

// Stamp is where a record's event time stands in its JSON, so that it can be moved.
type Stamp struct {
	MS       int64 // since 1970 UTC
	From, To int   // its digits in the JSON; To 0 = the record has no time that could be moved
}

func (s Stamp) known() bool { return s.To > 0 }

// Reader yields the records of one file; io.EOF ends it. An *Unreadable concerns one record only:
// the next call goes on behind it.
type Reader interface {
	Next() (Record, error)
}

// Unreadable is a record that cannot be written as a ping.
type Unreadable struct {
	Line int64 // of the file, from 1
	Err  error
}

// Error names the line, not what stands in it.
func (u *Unreadable) Error() string { return fmt.Sprintf("line %d: %v", u.Line, u.Err) }

// Unwrap is the cause.
func (u *Unreadable) Unwrap() error { return u.Err }

// maxLineBytes is the longest record of any format, as the gateway would refuse it anyway.
const maxLineBytes = 1 << 20

var errTooLong = errors.New("longer than 1 MiB")
