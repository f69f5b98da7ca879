package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"golang.org/x/sys/unix"
)

// gated is a listener that keeps clients waiting until the broker is ready for them, and
// that may be closed twice: kfake does.
type gated struct {
	net.Listener
	ready, closed chan struct{}
	once          sync.Once
	err           error
}

// listen takes the port at once.
func listen(ctx context.Context, addr string) (*gated, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, unix.EADDRINUSE) {
		return nil, fmt.Errorf("listening on %s: another program uses this port; stop it, or choose another address: %w", addr, err)
	}
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", addr, err)
	}
	return &gated{Listener: listener, ready: make(chan struct{}), closed: make(chan struct{})}, nil
}

// open lets clients in.
func (l *gated) open() { close(l.ready) }

// Accept waits for open, then for a client.
func (l *gated) Accept() (net.Conn, error) {
	select {
	case <-l.ready:
		return l.Listener.Accept()
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close closes the listener the first time.
func (l *gated) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.err = l.Listener.Close()
	})
	return l.err
}
