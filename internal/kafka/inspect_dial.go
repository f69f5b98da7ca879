package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/IBM/sarama"
)

// Step is how far a connection came.
type Step string

// The steps to a broker, in order.
const (
	Resolving      Step = "resolving"
	Dialling       Step = "dialling"
	Securing       Step = "TLS"
	Authenticating Step = "SASL"
	Asking         Step = "asking"
)

// DialError says at which step a connection failed.
type DialError struct {
	Step Step
	Err  error
}

// Error is the step and the failure.
func (d *DialError) Error() string { return fmt.Sprintf("%s: %v", d.Step, d.Err) }

// Unwrap is the failure.
func (d *DialError) Unwrap() error { return d.Err }

// Dial goes the whole way to one address and says which requests that sluice relies on the
// broker is too old for. Its error is a DialError.
func (i *Inspector) Dial(ctx context.Context, addr string) (tooOld []string, err error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, &DialError{Resolving, err}
	}
	if _, err := net.DefaultResolver.LookupHost(ctx, host); err != nil {
		return nil, &DialError{Resolving, err}
	}
	conn, err := (&net.Dialer{Timeout: i.admin.cfg.DialTimeout}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, &DialError{Dialling, err}
	}
	if err := errors.Join(i.secure(ctx, conn, host), conn.Close()); err != nil {
		return nil, &DialError{Securing, err}
	}
	return await(ctx, func() ([]string, error) { return i.greet(addr) })
}

// secure shakes hands, where TLS is on.
func (i *Inspector) secure(ctx context.Context, conn net.Conn, host string) error {
	if !i.admin.cfg.TLS.Enabled {
		return nil
	}
	settings := i.admin.conf.Net.TLS.Config.Clone()
	if settings.ServerName == "" {
		settings.ServerName = host
	}
	ctx, cancel := context.WithTimeout(ctx, i.admin.cfg.DialTimeout) // a server without TLS just waits
	defer cancel()
	return tls.Client(conn, settings).HandshakeContext(ctx)
}

// greet authenticates and asks which requests the broker knows.
func (i *Inspector) greet(addr string) (tooOld []string, err error) {
	broker := sarama.NewBroker(addr)
	if err := broker.Open(i.admin.conf); err != nil {
		return nil, &DialError{Asking, err}
	}
	connected, err := broker.Connected()
	if err != nil || !connected {
		return nil, &DialError{i.stepOf(err), err}
	}
	defer func() { _ = broker.Close() }() // nothing is left to be lost with it
	said, err := broker.ApiVersions(&sarama.ApiVersionsRequest{})
	if err != nil {
		return nil, &DialError{Asking, err}
	}
	return outdated(said.ApiKeys), nil
}

// stepOf guesses what a connection died of: a server that wants TLS or another password
// just hangs up.
func (i *Inspector) stepOf(err error) Step {
	if i.admin.cfg.SASL.Mechanism != "" && (errors.Is(err, sarama.ErrSASLAuthenticationFailed) || errors.Is(err, sarama.ErrUnsupportedSASLMechanism)) {
		return Authenticating
	}
	return Asking
}

// outdated names the requests that the broker knows only in versions that are too old.
func outdated(known []sarama.ApiVersionsResponseKey) []string {
	highest := make(map[int16]int16, len(known))
	for _, key := range known {
		highest[key.ApiKey] = key.MaxVersion
	}
	var tooOld []string
	for _, need := range [...]struct {
		name     string
		key, min int16
	}{
		{"Produce", 0, 3},
		{"Fetch", 1, fetchVersion},
		{"ListOffsets", 2, 1},
		{"Metadata", 3, 8},
		{"OffsetCommit", 8, 8},
		{"JoinGroup", 11, 5},
		{"DescribeConfigs", 32, 0},
	} {
		if have, ok := highest[need.key]; !ok || have < need.min {
			tooOld = append(tooOld, need.name)
		}
	}
	return tooOld
}
