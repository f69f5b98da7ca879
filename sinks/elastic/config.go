package elastic

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Config says where Elasticsearch is and how it is to be spoken to.
type Config struct {
	URLs []string // http or https addresses, at least one; requests take turns

	APIKey       Secret // the base64 form; "" = none
	APIKeyFile   string // a file that holds it, instead of APIKey; "" = none
	Username     string // "" = no basic authentication
	Password     Secret
	PasswordFile string // a file that holds it, instead of Password; "" = none
	CAFile       string // PEM certificates to trust instead of the system's; "" = the system's

	IndexPrefix string // put before every index, alias and template name; "" = none

	Gzip           bool          // compress bulk bodies: saves a network, costs both processors
	MaxBodyBytes   int           // bytes of one bulk request before compression; a larger batch is cut; 0 = 8 MiB
	MaxReplyBytes  int           // bytes of an answer that are read before it counts as cut; 0 = 64 MiB
	RequestTimeout time.Duration // for a whole request with its answer; 0 = 60 s
	MaxInFlight    int           // bulk requests under way at once, the cap of the adaptive limit; 0 = 8
}

// The defaults of a Config, and its bounds.
const (
	DefaultMaxBodyBytes   = 8 << 20
	DefaultMaxReplyBytes  = 64 << 20
	DefaultRequestTimeout = 60 * time.Second
	DefaultMaxInFlight    = 8

	minBodyBytes   = 1 << 10
	maxBodyBytes   = 100 << 20 // Elasticsearch's http.max_content_length, unless it was raised
	maxInFlight    = 256
	maxPrefixBytes = 64
)

// Validate names everything that is wrong, at once, and never a secret.
func (c Config) Validate() error {
	var complaints []error
	complain := func(format string, args ...any) {
		complaints = append(complaints, fmt.Errorf("elastic: "+format, args...))
	}
	if len(c.URLs) == 0 {
		complain("at least one URL is needed")
	}
	for i, raw := range c.URLs {
		if err := checkURL(raw); err != nil {
			complain("URL %d: %w", i+1, err)
		}
	}
	if c.APIKey != "" && c.APIKeyFile != "" {
		complain("an API key and an API key file are both set: choose one")
	}
	if c.Password != "" && c.PasswordFile != "" {
		complain("a password and a password file are both set: choose one")
	}
	if (c.APIKey != "" || c.APIKeyFile != "") && c.Username != "" {
		complain("an API key and a user name are both set: choose one")
	}
	if c.Username == "" && (c.Password != "" || c.PasswordFile != "") {
		complain("a password is set without a user name")
	}
	if err := checkPrefix(c.IndexPrefix); err != nil {
		complain("%w", err)
	}
	if n := c.MaxBodyBytes; n != 0 && (n < minBodyBytes || n > maxBodyBytes) {
		complain("a bulk body of %d bytes is outside %d to %d", n, minBodyBytes, maxBodyBytes)
	}
	if n := c.MaxReplyBytes; n != 0 && n < minBodyBytes {
		complain("answers of at most %d bytes are too small to be read", n)
	}
	if c.RequestTimeout < 0 {
		complain("a request time-out of %s is below zero", c.RequestTimeout)
	}
	if n := c.MaxInFlight; n < 0 || n > maxInFlight {
		complain("%d requests in flight are outside 0 to %d", n, maxInFlight)
	}
	return errors.Join(complaints...)
}

// checkURL accepts an absolute http or https address without credentials in it. One that may
// hold them is not repeated in the error.
func checkURL(raw string) error {
	if strings.Contains(raw, "@") {
		return errors.New("holds an '@': credentials belong in their own settings")
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return fmt.Errorf("%q is not an address: write http://host:9200", raw)
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%q begins with neither http:// nor https://", raw)
	case u.Hostname() == "":
		return fmt.Errorf("%q has no host", raw)
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return fmt.Errorf("%q: the port is not within 1 to 65535", raw)
		}
	}
	return nil
}

// checkPrefix accepts what may begin the name of an index.
func checkPrefix(prefix string) error {
	if len(prefix) > maxPrefixBytes {
		return fmt.Errorf("index prefix: its %d bytes are more than %d", len(prefix), maxPrefixBytes)
	}
	if strings.Trim(prefix, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" || strings.ContainsAny(prefix, "*, ") ||
		strings.IndexAny(prefix, "-_.") == 0 {
		return fmt.Errorf("index prefix %q: only a-z, 0-9, '-', '_' and '.' are allowed, and it begins with a letter or digit", prefix)
	}
	return nil
}

// withDefaults fills in what was left zero.
func (c Config) withDefaults() Config {
	if c.MaxBodyBytes == 0 {
		c.MaxBodyBytes = DefaultMaxBodyBytes
	}
	if c.MaxReplyBytes == 0 {
		c.MaxReplyBytes = DefaultMaxReplyBytes
	}
	if c.RequestTimeout == 0 {
		c.RequestTimeout = DefaultRequestTimeout
	}
	if c.MaxInFlight == 0 {
		c.MaxInFlight = DefaultMaxInFlight
	}
	return c
}
