package redis

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"sluice/schemas"
	"sluice/schemas/rules"
)

// Config says where Redis is, how it is spoken to, and by which rules levels are announced.
type Config struct {
	Addrs      []string // host:port of the server, of some nodes of a Cluster, or of the Sentinels; at least one
	MasterName string   // what the Sentinels call the primary; "" = Addrs are no Sentinels
	Cluster    bool     // true = Addrs are nodes of a Cluster even when there is only one of them; two or more always are

	DB               int    // database of a server; a Cluster has only 0
	Username         string // "" = the default user
	Password         Secret // "" = none
	SentinelUsername string // "" = the Sentinels' default user
	SentinelPassword Secret // "" = the Sentinels ask for none
	TLS              bool   // speak TLS, to the Sentinels as well
	CAFile           string // PEM certificates to trust instead of the system's; "" = the system's

	KeyPrefix string // before every key; "" = none
	Buckets   int    // over how many parts members are spread; the store keeps the number of its first use and refuses another; 0 = 256

	DialTimeout  time.Duration // for a connection; 0 = 5 s
	CallTimeout  time.Duration // for one pipeline of calls with its answers; 0 = 10 s
	PoolSize     int           // connections to one server at most; 0 = 16
	CallEvents   int           // events of one script call at most: while it runs the server does nothing else; 0 = 256
	MaxOrders    int           // of one member and month; one more is Poison as too_many_orders; 0 = 100,000
	MaxPurchases int           // of one member; one more is Poison as too_many_purchases; 0 = 1000
	MaxOutbox    int           // announcements and coupons that wait in one bucket; when it is full writes are Retry as outbox_full; 0 = 1,000,000

	Rules *rules.Rules     // what makes a level; needed
	Now   func() time.Time // the wall clock by which a level is announced; nil = time.Now
}

// The defaults of a Config, and its bounds.
const (
	DefaultBuckets      = 256
	DefaultDialTimeout  = 5 * time.Second
	DefaultCallTimeout  = 10 * time.Second
	DefaultPoolSize     = 16
	DefaultCallEvents   = 256
	DefaultMaxOrders    = 100_000
	DefaultMaxPurchases = 1000
	DefaultMaxOutbox    = 1_000_000

	maxDB         = 1 << 20
	maxPoolSize   = 4096
	maxCallEvents = 2048 // Lua's stack takes not many more arguments of one command
	maxOrders     = 10_000_000
	maxPurchases  = 2000
	maxOutbox     = 1_000_000_000
)

// Validate names everything that is wrong, at once, and never a secret.
func (c Config) Validate() error {
	var complaints []error
	complain := func(bad bool, format string, args ...any) {
		if bad {
			complaints = append(complaints, fmt.Errorf("redis: "+format, args...))
		}
	}
	complain(len(c.Addrs) == 0, "at least one address is needed")
	for i, addr := range c.Addrs {
		complain(!isAddress(addr), "address %d is not host:port", i+1)
	}
	clustered := c.Cluster || len(c.Addrs) > 1
	complain(c.Cluster && c.MasterName != "", "a Cluster and a master's name are both set: choose one")
	complain(c.DB < 0 || c.DB > maxDB, "database %d is outside 0 to %d", c.DB, maxDB)
	complain(c.DB != 0 && clustered && c.MasterName == "", "a Cluster has no database but 0")
	complain(c.Username != "" && c.Password == "", "a user name is set without a password")
	complain(c.MasterName == "" && (c.SentinelUsername != "" || c.SentinelPassword != ""), "Sentinels' credentials are set without a master's name")
	complain(!c.TLS && c.CAFile != "", "certificates to trust are set without TLS")
	if _, err := schemas.NewRedisKeys(c.KeyPrefix); err != nil {
		complain(true, "%w", err)
	}
	for _, n := range []struct {
		what     string
		is, most int
	}{
		{"buckets", c.Buckets, schemas.MaxBuckets},
		{"connections", c.PoolSize, maxPoolSize},
		{"events of a call", c.CallEvents, maxCallEvents},
		{"orders of a member and month", c.MaxOrders, maxOrders},
		{"purchases of a member", c.MaxPurchases, maxPurchases},
		{"entries of an outbox", c.MaxOutbox, maxOutbox},
	} {
		complain(n.is < 0 || n.is > n.most, "%d %s are outside 0 to %d", n.is, n.what, n.most)
	}
	complain(c.DialTimeout < 0 || c.CallTimeout < 0, "a time-out is below zero")
	complain(c.Rules == nil, "member levels need rules")
	return errors.Join(complaints...)
}

// isAddress accepts host:port. What is not one may hold a password, and is not repeated.
func isAddress(addr string) bool {
	host, port, err := net.SplitHostPort(addr)
	return err == nil && host != "" && port != "" && !strings.ContainsAny(addr, "@/ ")
}

// withDefaults fills in what was left zero.
func (c Config) withDefaults() Config {
	orDefault(&c.Buckets, DefaultBuckets)
	orDefault(&c.DialTimeout, DefaultDialTimeout)
	orDefault(&c.CallTimeout, DefaultCallTimeout)
	orDefault(&c.PoolSize, DefaultPoolSize)
	orDefault(&c.CallEvents, DefaultCallEvents)
	orDefault(&c.MaxOrders, DefaultMaxOrders)
	orDefault(&c.MaxPurchases, DefaultMaxPurchases)
	orDefault(&c.MaxOutbox, DefaultMaxOutbox)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

func orDefault[N int | time.Duration](field *N, value N) {
	if *field == 0 {
		*field = value
	}
}
