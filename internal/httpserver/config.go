// Package httpserver runs HTTP handlers within limits: connections, headers, time-outs,
// and a stop that lets requests in flight finish.
package httpserver

import (
	"errors"
	"fmt"
	"time"
)

// Config is one listener and its limits.
type Config struct {
	Listen         string        // host:port; port 0 = any free one, see Addr
	MaxConns       int           // connections open at once; more wait to be accepted. 0 = 4096
	MaxHeaderBytes int           // of one request. 0 = 16 KiB
	HeaderTimeout  time.Duration // to read a request's headers. 0 = 5 s
	ReadTimeout    time.Duration // to read a whole request. 0 = 30 s
	WriteTimeout   time.Duration // from the end of the headers to the end of the answer; streams extend it themselves. 0 = 60 s
	IdleTimeout    time.Duration // between two requests of a connection. 0 = 2 min
	StopGrace      time.Duration // after the stop, still accepting while Ready says no, so that a balancer can turn away. 0 = none
	DrainTimeout   time.Duration // for requests in flight at the stop, after StopGrace. 0 = 8 s
}

// withDefaults fills what is zero.
func (c Config) withDefaults() Config {
	c.MaxConns = or(c.MaxConns, 4096)
	c.MaxHeaderBytes = or(c.MaxHeaderBytes, 16<<10)
	c.HeaderTimeout = or(c.HeaderTimeout, 5*time.Second)
	c.ReadTimeout = or(c.ReadTimeout, 30*time.Second)
	c.WriteTimeout = or(c.WriteTimeout, time.Minute)
	c.IdleTimeout = or(c.IdleTimeout, 2*time.Minute)
	c.DrainTimeout = or(c.DrainTimeout, 8*time.Second)
	return c
}

// Validate names every setting that cannot be.
func (c Config) Validate() error {
	var complaints []error
	if c.Listen == "" {
		complaints = append(complaints, errors.New("no Listen address"))
	}
	for _, s := range []struct {
		name  string
		value int64
	}{
		{"MaxConns", int64(c.MaxConns)},
		{"MaxHeaderBytes", int64(c.MaxHeaderBytes)},
		{"HeaderTimeout", int64(c.HeaderTimeout)},
		{"ReadTimeout", int64(c.ReadTimeout)},
		{"WriteTimeout", int64(c.WriteTimeout)},
		{"IdleTimeout", int64(c.IdleTimeout)},
		{"StopGrace", int64(c.StopGrace)},
		{"DrainTimeout", int64(c.DrainTimeout)},
	} {
		if s.value < 0 {
			complaints = append(complaints, fmt.Errorf("%s must not be negative", s.name))
		}
	}
	return errors.Join(complaints...)
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
