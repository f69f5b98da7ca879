package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"sluice/pipelines"
)

// Config says where one service is and how it is spoken to. Zero means the default that each field names.
type Config struct {
	URL         string            // http or https, without a user; required
	Secrets     []Secret          // at least one, of 16 bytes and more: each request is signed by all, so that they can be changed one at a time
	Timeout     time.Duration     // of one request with its answer. 0 = 5 s
	Parallel    int               // requests at once. 0 = 8
	GiveUpAfter time.Duration     // a change that was published so long ago and fails is kept as a dead letter. 0 = 24 h
	Attempts    int               // at a change that the service alone fails on, and not with 502 to 504; then it is kept as a dead letter. 0 = 50
	LongestWait time.Duration     // that the service may ask for by Retry-After. 0 = 1 min
	Transport   http.RoundTripper // nil = one of its own
}

// Secret is a text that never shows itself.
type Secret string

// String is asterisks, or "" when there is none.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "******"
}

// GoString is String.
func (s Secret) GoString() string { return s.String() }

// MarshalText is String, so that encoders show nothing either.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// The bounds of a Config.
const (
	minSecret   = 16
	maxSecrets  = 3
	maxParallel = 256
)

// Validate reports every complaint at once, and never a secret.
func (c Config) Validate() error {
	var complaints []error
	complain := func(ok bool, format string, args ...any) {
		if !ok {
			complaints = append(complaints, fmt.Errorf("webhook: "+format, args...))
		}
	}
	complaints = append(complaints, checkURL(c.URL))
	complain(len(c.Secrets) > 0 && len(c.Secrets) <= maxSecrets, "%d secrets, want 1 to %d", len(c.Secrets), maxSecrets)
	for i, secret := range c.Secrets {
		complain(len(secret) >= minSecret, "secret %d has less than %d bytes", i+1, minSecret)
	}
	complain(c.Parallel >= 0 && c.Parallel <= maxParallel, "parallel is %d, want 0 to %d", c.Parallel, maxParallel)
	complain(c.Attempts >= 0, "attempts must not be negative")
	complain(c.Timeout >= 0, "timeout must not be negative")
	complain(c.GiveUpAfter >= 0, "giveUpAfter must not be negative")
	complain(c.LongestWait >= 0, "longestWait must not be negative")
	return errors.Join(complaints...)
}

// checkURL does not repeat what may hold a password.
func checkURL(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return errors.New("webhook: the URL must begin with http:// or https:// and name a host")
	case u.User != nil:
		return errors.New("webhook: the URL names a user: requests are signed, and carry no password")
	case u.Fragment != "":
		return errors.New("webhook: the URL has a fragment, which no server sees")
	}
	return nil
}

func (c Config) withDefaults() Config {
	c.Timeout = or(c.Timeout, 5*time.Second)
	c.Parallel = or(c.Parallel, 8)
	c.GiveUpAfter = or(c.GiveUpAfter, 24*time.Hour)
	c.Attempts = or(c.Attempts, 50)
	c.LongestWait = or(c.LongestWait, time.Minute)
	if c.Transport == nil {
		c.Transport = &http.Transport{
			Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: c.Parallel, MaxConnsPerHost: c.Parallel,
			IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: c.Timeout, ForceAttemptHTTP2: true,
		}
	}
	return c
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// Pipeline is a pipeline's settings as a webhook needs them: one batch at a time in a lane, for order, and
// small ones, since each change is a request.
func Pipeline(name string) pipelines.Config {
	return pipelines.Config{
		Name: name, InFlight: 1, BatchRecords: 128, BatchBytes: 64 << 10, BatchAge: 10 * time.Millisecond,
		PollRecords: 128, BufferBytes: 4 << 20, RetryBase: 250 * time.Millisecond, RetryMax: 5 * time.Second,
	}
}
