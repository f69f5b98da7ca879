package embedded

import (
	"errors"
	"fmt"
	"time"
)

// Config says where the store is and what it may use.
type Config struct {
	Dir    string // an existing directory; the store makes its files there
	NoSync bool   // true: what is Stored survives kill -9, but perhaps not a power cut; false: it survives both

	MaxDays int // day files; a write of another day is Poison as too_many_days, but for yesterday, today and tomorrow, which always have room; 0 = 1000
	// MaxDrivers have a position, in memory too, DriverBytes each; a new driver's is Poison as too_many_drivers. None
	// makes way for another: its position was acknowledged, and an older one would be taken for new. 0 = 2,000,000.
	MaxDrivers  int
	MaxOpenDays int   // day files that are open at once; 0 = 8
	MaxGroup    int   // writes of one transaction: calls that wait are committed together up to here; 0 = 20,000
	CacheBytes  int64 // SQLite's page cache of the writer of one open file, at most; 0 = 48 MiB: the positions of 130,000 drivers or so, each of which is as likely to be next
	// MonthCacheBytes is CacheBytes of a month of orders, of which several are open and one or two are busy. SQLite has one
	// cache for all files, whose size is the sum of theirs, and a page of 4 KiB takes 8 KiB of memory. 0 = 16 MiB.
	MonthCacheBytes int64
	MaxLogBytes     int64 // write-ahead log of one file, above which it is moved into the file; 0 = 64 MiB

	Now func() time.Time // the wall clock that says which day is today; nil = time.Now
}

// The defaults of a Config, and its bounds.
const (
	DefaultMaxDays     = 1000
	DefaultMaxDrivers  = 2_000_000
	DefaultMaxOpenDays = 8
	DefaultMaxGroup    = 20_000
	DefaultCacheBytes  = 48 << 20
	DefaultMonthCache  = 16 << 20
	DefaultMaxLogBytes = 64 << 20

	// DriverBytes is about what one driver takes of the heap: its position, and its place in the index (BenchmarkMemory).
	DriverBytes = 310

	mostDays      = 40_000 // every day from 2000 to 2099, and some
	mostDrivers   = 50_000_000
	mostOpenDays  = 256
	mostGroup     = 1_000_000
	minCacheBytes = 64 << 10
	minLogBytes   = 1 << 20
)

// Validate names everything that is wrong, at once.
func (c Config) Validate() error {
	var complaints []error
	complain := func(format string, args ...any) {
		complaints = append(complaints, fmt.Errorf("embedded: "+format, args...))
	}
	if c.Dir == "" {
		complain("a directory is needed")
	}
	if c.MaxDays < 0 || c.MaxDays > mostDays {
		complain("%d days are outside 0 to %d", c.MaxDays, mostDays)
	}
	if c.MaxDrivers < 0 || c.MaxDrivers > mostDrivers {
		complain("%d drivers are outside 0 to %d", c.MaxDrivers, mostDrivers)
	}
	if c.MaxOpenDays < 0 || c.MaxOpenDays > mostOpenDays {
		complain("%d open days are outside 0 to %d", c.MaxOpenDays, mostOpenDays)
	}
	if c.MaxGroup < 0 || c.MaxGroup > mostGroup {
		complain("%d writes of one transaction are outside 0 to %d", c.MaxGroup, mostGroup)
	}
	for _, bytes := range []int64{c.CacheBytes, c.MonthCacheBytes} {
		if bytes != 0 && bytes < minCacheBytes {
			complain("a page cache of %d bytes is below %d", bytes, minCacheBytes)
		}
	}
	if c.MaxLogBytes != 0 && c.MaxLogBytes < minLogBytes {
		complain("a write-ahead log of %d bytes is below %d", c.MaxLogBytes, minLogBytes)
	}
	return errors.Join(complaints...)
}

// withDefaults fills in what was left zero.
func (c Config) withDefaults() Config {
	if c.MaxDays == 0 {
		c.MaxDays = DefaultMaxDays
	}
	if c.MaxDrivers == 0 {
		c.MaxDrivers = DefaultMaxDrivers
	}
	if c.MaxOpenDays == 0 {
		c.MaxOpenDays = DefaultMaxOpenDays
	}
	if c.MaxGroup == 0 {
		c.MaxGroup = DefaultMaxGroup
	}
	if c.CacheBytes == 0 {
		c.CacheBytes = DefaultCacheBytes
	}
	if c.MonthCacheBytes == 0 {
		c.MonthCacheBytes = DefaultMonthCache
	}
	if c.MaxLogBytes == 0 {
		c.MaxLogBytes = DefaultMaxLogBytes
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}
