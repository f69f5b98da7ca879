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

// freeAddress is a loopback address on which nobody listens at the moment.
func freeAddress() (string, error) {
	var last error
	for range portTries {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(firstPort+rand.IntN(countPorts)))
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
