package resp

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"time"
)

// within bounds a question whose context does not.
const within = 5 * time.Second

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
	if _, err := conn.Write(appendCommand(nil, words)); err != nil {
		return nil, err
	}
	answer, err = Read(bufio.NewReader(conn))
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return answer, err
}
