package fault

import (
	"context"
	"net"
	"time"

	"sluice/internal/pause"
)

// dawdle sends a request's head, a byte at a time, and never ends it.
func dawdle(every time.Duration) func(ctx context.Context, conn net.Conn) error {
	return func(ctx context.Context, conn net.Conn) error {
		head := []byte("POST /v1/pings HTTP/1.1\r\nHost: sluice\r\nContent-Type: application/json\r\nX-Slow: ")
		for i := 0; ctx.Err() == nil; i++ {
			piece := []byte("z")
			if i < len(head) {
				piece = head[i : i+1]
			}
			if _, err := conn.Write(piece); err != nil {
				return err
			}
			pause.AtMost(ctx, every)
		}
		return nil
	}
}

// linger stays for so long, and then comes anew.
func linger(stay time.Duration) func(ctx context.Context, conn net.Conn) error {
	return func(ctx context.Context, _ net.Conn) error {
		pause.AtMost(ctx, stay)
		return nil
	}
}

func slowlorisKind() Kind {
	return crowdKind("connects clients that send the head of a request a byte at a time",
		map[string]string{"every": "between two bytes; 500ms when nothing is said"}, 300,
		func(a *arguments) func(context.Context, net.Conn) error {
			return dawdle(a.length("every", 500*time.Millisecond))
		})
}

func connectionStormKind() Kind {
	return crowdKind("connects clients that say nothing, leave, and come again",
		map[string]string{"stay": "of each; 1s when nothing is said"}, 1000,
		func(a *arguments) func(context.Context, net.Conn) error {
			return linger(a.length("stay", time.Second))
		})
}
