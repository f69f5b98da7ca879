package embedded

import (
	"errors"
	"fmt"
	"time"

	"sluice/schemas"
	"sluice/schemas/rules"
)

// LevelsConfig says where member levels are kept and what they may use.
type LevelsConfig struct {
	Dir    string       // an existing directory of their own; the file and its list are made there
	Rules  *rules.Rules // what makes a level; needed
	NoSync bool         // as in Config: true, and what is Stored survives kill -9, but perhaps not a power cut

	Buckets      int   // how many parts the members are in; the file keeps the number it was made with; 0 = 16
	MaxOrders    int   // of one member and month; one more is Poison as too_many_orders; 0 = 20,000
	MaxPurchases int   // of one member; one more is Poison as too_many_purchases; 0 = 1000
	MaxOutbox    int   // changes that wait in one bucket to be published; when it is full writes are Retry as outbox_full; 0 = 1,000,000
	MaxGroup     int   // events of one transaction: calls that wait are committed together up to here; 0 = 10,000
	CacheBytes   int64 // SQLite's page cache of the writer, at most; 0 = 32 MiB
	MaxLogBytes  int64 // write-ahead log above which it is moved into the file; 0 = 64 MiB

	Now      func() time.Time // the wall clock by which a level is announced; nil = time.Now
	Observer LevelsObserver   // is told of every batch; nil = nobody is
}

// The defaults of a LevelsConfig, and its bounds.
const (
	DefaultBuckets      = 16
	DefaultMaxOrders    = 20_000
	DefaultMaxPurchases = 1000
	DefaultMaxOutbox    = 1_000_000
	DefaultLevelsGroup  = 10_000

	mostOrders    = 1_000_000
	mostPurchases = 100_000
	mostOutbox    = 1_000_000_000
)

// Validate names everything that is wrong, at once.
func (c LevelsConfig) Validate() error {
	var complaints []error
	within := func(what string, n, most int) {
		if n < 0 || n > most {
			complaints = append(complaints, fmt.Errorf("embedded: %d %s are outside 0 to %d", n, what, most))
		}
	}
	if c.Rules == nil {
		complaints = append(complaints, errors.New("embedded: member levels need rules"))
	}
	within("buckets", c.Buckets, schemas.MaxBuckets)
	within("orders of a member and month", c.MaxOrders, mostOrders)
	within("purchases of a member", c.MaxPurchases, mostPurchases)
	within("changes in an outbox", c.MaxOutbox, mostOutbox)
	return errors.Join(append(complaints, c.file().Validate())...)
}

// file is what concerns the file.
func (c LevelsConfig) file() Config {
	return Config{Dir: c.Dir, NoSync: c.NoSync, MaxGroup: c.MaxGroup, CacheBytes: c.CacheBytes, MaxLogBytes: c.MaxLogBytes}
}

// withDefaults fills in what was left zero.
func (c LevelsConfig) withDefaults() LevelsConfig {
	if c.Buckets == 0 {
		c.Buckets = DefaultBuckets
	}
	if c.MaxOrders == 0 {
		c.MaxOrders = DefaultMaxOrders
	}
	if c.MaxPurchases == 0 {
		c.MaxPurchases = DefaultMaxPurchases
	}
	if c.MaxOutbox == 0 {
		c.MaxOutbox = DefaultMaxOutbox
	}
	if c.MaxGroup == 0 {
		c.MaxGroup = DefaultLevelsGroup
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Observer == nil {
		c.Observer = deaf{}
	}
	return c
}
