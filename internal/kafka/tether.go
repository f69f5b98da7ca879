package kafka

import (
	"context"
	"net"
	"time"
)

// tether dials connections that end with a context: neither sarama's dialling nor a
// request that waits for its answer knows one.
type tether struct {
	ctx     context.Context //nolint:containedctx // sarama's dialler takes none
	timeout time.Duration
}

// Dial opens a connection, as sarama's proxy interface asks.
func (t tether) Dial(network, addr string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: t.timeout, KeepAlive: 30 * time.Second}
	conn, err := dialer.DialContext(t.ctx, network, addr)
	if err != nil {
		return nil, err
	}
	release := context.AfterFunc(t.ctx, func() {
		_ = conn.Close() // its reader is told; there is nobody else to tell
	})
	return &tethered{Conn: conn, release: release}, nil
}

// tethered is a connection that ends with its context.
type tethered struct {
	net.Conn
	release func() bool
}

// Close closes the connection and lets the context go.
func (t *tethered) Close() error {
	t.release()
	return t.Conn.Close()
}
