package main

import (
	"errors"
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// listenFailed names the setting behind an address that cannot be listened on. flag is that
// of `sluice up`; other errors, and nil, come back as they are.
func listenFailed(key, variable, flag, addr string, err error) error {
	if _, ok := errors.AsType[*net.OpError](err); !ok {
		return err
	}
	choose := fmt.Sprintf("choose another with %s, or %s of sluice up", variable, flag)
	if errors.Is(err, unix.EADDRINUSE) {
		return fmt.Errorf("%s %s is in use: %w; %s", key, addr, err, choose)
	}
	return fmt.Errorf("%s %s: %w; %s", key, addr, err, choose)
}
