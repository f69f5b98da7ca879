package kafka

import (
	"net"
	"sync"
	"time"
)

// cutter dials connections and can cut all of them, which ends a request that is waiting
// for its answer: sarama itself offers no way to.
type cutter struct {
	timeout time.Duration
	mu      sync.Mutex
	open    map[*cuttable]struct{}
}

// Dial opens a connection, as sarama's proxy interface asks.
func (c *cutter) Dial(network, addr string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: c.timeout, KeepAlive: 30 * time.Second}
	conn, err := dialer.Dial(network, addr)
	if err != nil {
		return nil, err
	}
	made := &cuttable{Conn: conn, cutter: c}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = make(map[*cuttable]struct{})
	}
	c.open[made] = struct{}{}
	return made, nil
}

// sever closes what is open now. Whoever reads from it gets that as an error.
func (c *cutter) sever() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.open {
		_ = conn.Conn.Close() // its reader is told; there is nobody else to tell
	}
	clear(c.open)
}

// cuttable is a connection that its cutter knows while it is open.
type cuttable struct {
	net.Conn
	cutter *cutter
}

// Close closes the connection and makes the cutter forget it.
func (c *cuttable) Close() error {
	c.cutter.mu.Lock()
	delete(c.cutter.open, c)
	c.cutter.mu.Unlock()
	return c.Conn.Close()
}
