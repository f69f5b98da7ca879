package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// addresses refuses addresses and names that cannot be; none is tried.
func (c *config) addresses() error {
	var refuse complaints
	httpPort, err := portOf(c.HTTP.Listen)
	refuse.when(err != nil, "http.listen: %v", err)
	opsPort, opsErr := portOf(c.Ops.Listen)
	refuse.when(opsErr != nil, "ops.listen: %v", opsErr)
	refuse.when(err == nil && opsErr == nil && httpPort == opsPort && httpPort != 0, "http.listen and ops.listen have the same port, %d: the operator's pages need one of their own", httpPort)
	if err := checkTopicPrefix(c); err != nil {
		refuse = append(refuse, err)
	}
	return errors.Join(refuse...)
}

// portOf reads host:port, where the host may be empty and the port 0.
func portOf(listen string) (uint64, error) {
	_, port, err := net.SplitHostPort(listen)
	if err != nil {
		return 0, fmt.Errorf("%q is no host:port, such as 127.0.0.1:8080 or :8080", listen)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("%q: the port is not within 0 to 65535", listen)
	}
	return n, nil
}

// maxTopicBytes is the longest name of a topic that Kafka takes.
const maxTopicBytes = 249

// checkTopicPrefix accepts what may begin the name of every topic.
func checkTopicPrefix(c *config) error {
	prefix, longest := c.Topic.Prefix, 0
	for _, spec := range topicSpecs(c) {
		longest = max(longest, len(spec.Name))
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
	switch {
	case strings.ContainsFunc(prefix, func(r rune) bool { return !strings.ContainsRune(letters, r) }):
		return fmt.Errorf("topic.prefix: %q has a character that no topic may have: use a-z, A-Z, 0-9, '.', '_' and '-'", prefix)
	case len(prefix) > maxTopicBytes-longest:
		return fmt.Errorf("topic.prefix: its %d bytes are more than %d: a topic's name has at most %d", len(prefix), maxTopicBytes-longest, maxTopicBytes)
	}
	return nil
}
