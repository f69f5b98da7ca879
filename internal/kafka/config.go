package kafka

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config says where Kafka is and how to speak to it.
type Config struct {
	Brokers     []string // host:port of any brokers of the cluster; required
	ClientID    string   // names this process in the brokers' logs and quotas; "" = sluice
	TopicPrefix string   // put before every topic's name on the wire; "" = none
	TLS         TLS
	SASL        SASL

	DialTimeout    time.Duration // opening one connection; 0 = 3 s
	RequestTimeout time.Duration // one request's answer; 0 = 10 s
	MetadataMaxAge time.Duration // leaders and partition counts are looked up again so often; 0 = 10 s
}

// TLS secures the connections.
type TLS struct {
	Enabled    bool
	CAFile     string // PEM of the authorities to trust; "" = the system's
	CertFile   string // PEM of the client's certificate, together with KeyFile; "" = none
	KeyFile    string // PEM of its key
	ServerName string // expected in the broker's certificate; "" = the broker's host
}

// SASL says who we are.
type SASL struct {
	Mechanism Mechanism // "" = no SASL
	User      string    // required with a mechanism
	Password  Secret    // required with a mechanism
}

// Mechanism is one of the SASL mechanisms.
type Mechanism string

// The mechanisms. Plain belongs inside TLS: it sends the password as it is.
const (
	Plain       Mechanism = "PLAIN"
	ScramSHA256 Mechanism = "SCRAM-SHA-256"
	ScramSHA512 Mechanism = "SCRAM-SHA-512"
)

// Secret is a text that never shows itself: every way of printing or encoding it gives asterisks.
type Secret string

// String is asterisks, or "" when there is no secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "******"
}

// GoString is String: %#v shows nothing either.
func (s Secret) GoString() string { return s.String() }

// MarshalText is String, so that encoders show nothing either.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Validate reports every complaint at once.
func (c Config) Validate() error {
	var errs []error
	if len(c.Brokers) == 0 {
		errs = append(errs, errors.New("kafka: brokers: at least one host:port is required"))
	}
	for _, broker := range c.Brokers {
		if err := checkBroker(broker); err != nil {
			errs = append(errs, fmt.Errorf("kafka: brokers: %w", err))
		}
	}
	for name, d := range map[string]time.Duration{
		"dial time-out": c.DialTimeout, "request time-out": c.RequestTimeout, "metadata max age": c.MetadataMaxAge,
	} {
		if d < 0 {
			errs = append(errs, fmt.Errorf("kafka: %s: %v is below zero", name, d))
		}
	}
	errs = append(errs, c.TLS.validate(), c.SASL.validate())
	return errors.Join(errs...)
}

// checkBroker accepts host:port. What may hold a password is not repeated in the error.
func checkBroker(broker string) error {
	if strings.Contains(broker, "@") {
		return errors.New("an address holds an '@': write host:port; the user and password have settings of their own")
	}
	host, port, err := net.SplitHostPort(broker)
	switch {
	case err != nil:
		return fmt.Errorf("%q is no host:port", broker)
	case host == "":
		return fmt.Errorf("%q names no host: clients are to dial it, so write one, such as 127.0.0.1:%s", broker, port)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q: the port is not within 1 to 65535", broker)
	}
	return nil
}

func (t TLS) validate() error {
	var errs []error
	if (t.CertFile == "") != (t.KeyFile == "") {
		errs = append(errs, errors.New("kafka: tls.certFile and tls.keyFile belong together"))
	}
	if !t.Enabled && (t.CAFile != "" || t.CertFile != "" || t.ServerName != "") {
		errs = append(errs, errors.New("kafka: tls.enabled is false, but other TLS settings are given"))
	}
	return errors.Join(errs...)
}

func (s SASL) validate() error {
	if s.Mechanism == "" {
		if s.User != "" || s.Password != "" {
			return errors.New("kafka: sasl.mechanism is missing: a user or password is given")
		}
		return nil
	}
	var errs []error
	if !slices.Contains([]Mechanism{Plain, ScramSHA256, ScramSHA512}, s.Mechanism) {
		errs = append(errs, fmt.Errorf("kafka: sasl.mechanism %q is none of %s, %s, %s", s.Mechanism, Plain, ScramSHA256, ScramSHA512))
	}
	if s.User == "" {
		errs = append(errs, errors.New("kafka: sasl.user is required with a mechanism"))
	}
	if s.Password == "" {
		errs = append(errs, errors.New("kafka: sasl.password is required with a mechanism"))
	}
	return errors.Join(errs...)
}

func (c Config) withDefaults() Config {
	c.ClientID = orElse(c.ClientID, "sluice")
	c.DialTimeout = orElse(c.DialTimeout, 3*time.Second)
	c.RequestTimeout = orElse(c.RequestTimeout, 10*time.Second)
	c.MetadataMaxAge = orElse(c.MetadataMaxAge, 10*time.Second)
	return c
}

// topic is the name on the wire.
func (c Config) topic(name string) string { return c.TopicPrefix + name }

// orElse is v, or fallback when v is the zero value.
func orElse[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}
