package e2e

import (
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"sluice/internal/stacktest"
)

// proxy stands between the binary and a server, so that the way between them can be cut
// without touching the server.
type proxy struct {
	t       *testing.T
	address string
	target  string
	relay   func(client, server net.Conn) // nil = bytes as they are
	wait    sync.WaitGroup

	mu       sync.Mutex // guards what follows
	listener net.Listener
	conns    map[net.Conn]struct{}
	frozen   chan struct{} // closed while bytes may pass
}

// newProxy passes everything on to target until it is told otherwise.
func newProxy(t *testing.T, target string, relay func(p *proxy, client, server net.Conn)) *proxy {
	t.Helper()
	p := &proxy{t: t, target: target, conns: map[net.Conn]struct{}{}, frozen: make(chan struct{})}
	close(p.frozen)
	p.relay = func(client, server net.Conn) { relay(p, client, server) }
	p.address = stacktest.FreeAddress(t)
	p.listen(p.address)
	t.Cleanup(func() {
		p.thaw()
		p.cut()
		p.wait.Wait()
	})
	return p
}

func (p *proxy) listen(address string) {
	p.t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		p.t.Fatalf("listening as a proxy: %v", err)
	}
	p.mu.Lock()
	p.listener = l
	p.mu.Unlock()
	p.wait.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			p.wait.Go(func() { p.serve(client) })
		}
	})
}

// serve joins a connection with one to the target, until either ends.
func (p *proxy) serve(client net.Conn) {
	server, err := net.DialTimeout("tcp", p.target, 5*time.Second)
	if err != nil {
		hangUp(client)
		return
	}
	p.mu.Lock()
	listening := p.listener != nil
	p.conns[client], p.conns[server] = struct{}{}, struct{}{}
	p.mu.Unlock()
	if listening {
		p.relay(client, server)
	}
	hangUp(client, server)
	p.mu.Lock()
	delete(p.conns, client)
	delete(p.conns, server)
	p.mu.Unlock()
}

// hangUp closes connections, of which the other end or another goroutine may have done so before.
func hangUp(conns ...net.Conn) {
	for _, conn := range conns {
		_ = conn.Close() // all that matters is that it is closed
	}
}

// cut refuses new connections and breaks those there are, as a server that has died does.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		if err := p.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			p.t.Errorf("closing the proxy: %v", err)
		}
		p.listener = nil
	}
	for conn := range p.conns {
		hangUp(conn)
	}
}

// heal takes connections again, at the same address.
func (p *proxy) heal() { p.listen(p.address) }

// freeze keeps every connection and passes nothing on, as a server that hangs does.
func (p *proxy) freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = make(chan struct{})
}

// thaw passes on what was held.
func (p *proxy) thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.frozen:
	default:
		close(p.frozen)
	}
}

// gate blocks while the proxy is frozen.
func (p *proxy) gate() {
	p.mu.Lock()
	open := p.frozen
	p.mu.Unlock()
	<-open
}

// plain passes bytes on as they are.
func plain(p *proxy, client, server net.Conn) {
	both(client, server, func(to, from net.Conn) {
		buf := make([]byte, 32<<10)
		for {
			n, err := from.Read(buf)
			p.gate()
			if n > 0 {
				if _, err := to.Write(buf[:n]); err != nil {
					return
				}
			}
			if err != nil {
				return
			}
		}
	})
}

// both runs a pump each way and breaks the one when the other ends.
func both(client, server net.Conn, pump func(to, from net.Conn)) {
	var wait sync.WaitGroup
	way := func(to, from net.Conn) {
		wait.Go(func() {
			pump(to, from)
			hangUp(to, from)
		})
	}
	way(server, client)
	way(client, server)
	wait.Wait()
}
