package fault

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"time"
)

// feeling is how a question shows that it went over an ill way.
type feeling struct {
	name string        // of what is counted
	size int           // bytes of a question, about
	late time.Duration // an answer that comes no earlier felt it; 0 = only an end does
	ends time.Duration // a connection that the way ended by then felt it; 0 = it may stay
}

// feeler asks over the ways while they are ill, and counts the questions that felt it.
type feeler struct {
	feeling
	ways map[string]string // address, by the server's name
	felt int
	loop *again
}

const (
	feelEvery  = 200 * time.Millisecond
	feelWithin = 5 * time.Second
)

// begin asks until end is called; it counts on where it ended before.
func (f *feeler) begin(ctx context.Context) {
	f.loop = repeat(ctx, feelEvery, func(ctx context.Context) error {
		for server, address := range f.ways {
			if f.feels(ctx, server, address) {
				f.felt++
			}
		}
		return nil // that a question fails is what ways are ill for
	})
}

func (f *feeler) end() error {
	loop := f.loop
	f.loop = nil
	return loop.stop()
}

// feels asks once.
func (f *feeler) feels(ctx context.Context, server, address string) bool {
	dialer := net.Dialer{Timeout: feelWithin}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }() // it has served
	hangUp := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer hangUp()
	began := time.Now()
	if err := conn.SetDeadline(began.Add(feelWithin)); err != nil {
		return false
	}
	if _, err := conn.Write(question(server, f.size)); err != nil {
		return false
	}
	answer := make([]byte, 1<<12)
	if _, err = conn.Read(answer); err == nil && f.ends == 0 {
		return time.Since(began) >= f.late
	}
	for f.ends > 0 && err == nil {
		_, err = conn.Read(answer)
	}
	return f.ends > 0 && ctx.Err() == nil && time.Since(began) < f.ends
}

// question is one that the server answers at once, of about so many bytes.
func question(server string, size int) []byte {
	filler := strings.Repeat("z", size)
	if server == redisName {
		return fmt.Appendf(nil, "*2\r\n$4\r\nPING\r\n$%d\r\n%s\r\n", len(filler), filler)
	}
	if server == "elastic" {
		return fmt.Appendf(nil, "GET / HTTP/1.1\r\nHost: elastic\r\nX-Filler: %s\r\n\r\n", filler)
	}
	const apiVersions = 18
	body := binary.BigEndian.AppendUint16(nil, apiVersions)
	body = binary.BigEndian.AppendUint16(body, 0) // its version
	body = binary.BigEndian.AppendUint32(body, 1) // whose answer it is
	body = binary.BigEndian.AppendUint16(body, uint16(len(filler)))
	body = append(body, filler...) // the client's name
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
}
