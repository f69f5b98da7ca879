package progress

import (
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Config says what is asked of whom. Zero means the default that each field names.
type Config struct {
	Pipelines []Source // asked about, in the order of the answer; at least one
	Peers     []string // base URLs of other processes' ops listeners, http://host:port; a host with several addresses is asked at each

	PeerTimeout  time.Duration // for one peer to answer. 0 = 1 s
	KafkaTimeout time.Duration // for Kafka to answer about all pipelines, and for the store of member levels. 0 = 3 s
	MaxAddresses int           // of all peers; those beyond it are named as unreachable. 0 = 64
	MaxPartSize  int64         // bytes of one peer's answer. 0 = 1 MiB
	Fresh        time.Duration // an answer that is not older is given again. 0 = 2 s
	Every        time.Duration // between two looks at Kafka when nobody asks. 0 = 5 s
	Window       time.Duration // over which rates are measured. 0 = 20 s
}

// Source is one pipeline as Kafka knows it.
type Source struct {
	Pipeline string
	Group    string
	Topic    string // as it is on the wire
}

func (c Config) withDefaults() Config {
	c.PeerTimeout = or(c.PeerTimeout, time.Second)
	c.KafkaTimeout = or(c.KafkaTimeout, 3*time.Second)
	c.MaxAddresses = or(c.MaxAddresses, 64)
	c.MaxPartSize = or(c.MaxPartSize, 1<<20)
	c.Fresh = or(c.Fresh, 2*time.Second)
	c.Every = or(c.Every, 5*time.Second)
	c.Window = or(c.Window, 20*time.Second)
	return c
}

// Validate names every setting that cannot be.
func (c Config) Validate() error {
	var complaints []error
	if len(c.Pipelines) == 0 {
		complaints = append(complaints, errors.New("progress: no pipelines"))
	}
	for _, s := range []struct {
		name  string
		value int64
	}{
		{"PeerTimeout", int64(c.PeerTimeout)},
		{"KafkaTimeout", int64(c.KafkaTimeout)},
		{"MaxAddresses", int64(c.MaxAddresses)},
		{"MaxPartSize", c.MaxPartSize},
		{"Fresh", int64(c.Fresh)},
		{"Every", int64(c.Every)},
		{"Window", int64(c.Window)},
	} {
		if s.value < 0 {
			complaints = append(complaints, fmt.Errorf("progress: %s must not be negative", s.name))
		}
	}
	for i, peer := range c.Peers {
		if u, err := url.Parse(peer); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil {
			complaints = append(complaints, fmt.Errorf("progress: peer %d: want http://host:port", i+1))
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
