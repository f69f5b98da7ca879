package stage

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports of processes lie below the range from which the kernel takes those of outgoing
// connections: a process that is down has to find its own free when it comes back.
const (
	firstPort  = 12_000
	countPorts = 8_000
	portTries  = 100
)

// ports gives each port once: two processes that are hired one after the other listen only later.
type ports struct{ given int }

// address is a loopback address on which nobody listens at the moment, and that was not given before.
func (p *ports) address() (string, error) {
	if p.given == 0 {
		p.given = rand.IntN(countPorts)
	}
	var last error
	for range portTries {
		p.given++
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(firstPort+p.given%countPorts))
		l, err := net.Listen("tcp", address) //nolint:noctx // it does not wait
		if err != nil {
			last = err
			continue
		}
		if err := l.Close(); err != nil {
			return "", fmt.Errorf("finding a free port: %w", err)
		}
		return address, nil
	}
	return "", errors.Join(errors.New("finding a free port: there is none"), last)
}
