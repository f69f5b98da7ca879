package apikeys

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"
)

// Config says who may come in, and how much each may send.
type Config struct {
	// File holds the keys: per line an id and one or two hex SHA-256 of its secrets. "" = no keys, no quotas.
	File string
	// RecordsPerSecond is each client's quota of records. 0 = no such quota.
	RecordsPerSecond float64
	// BurstRecords is how many records a client may send at once. 0 = ten seconds' worth of RecordsPerSecond.
	BurstRecords int
	// BytesPerSecond is each client's quota of body bytes, decompressed. 0 = no such quota.
	BytesPerSecond float64
	// BurstBytes is how many body bytes a client may send at once. 0 = ten seconds' worth of BytesPerSecond.
	BurstBytes int
}

// burstSeconds is how long a client may save up its quota by default.
const burstSeconds = 10

// Validate names every setting that cannot be.
func (c Config) Validate() error {
	var complaints []error
	negative := func(name string, bad bool) {
		if bad {
			complaints = append(complaints, fmt.Errorf("%s must not be negative", name))
		}
	}
	negative("RecordsPerSecond", c.RecordsPerSecond < 0)
	negative("BurstRecords", c.BurstRecords < 0)
	negative("BytesPerSecond", c.BytesPerSecond < 0)
	negative("BurstBytes", c.BurstBytes < 0)
	if c.RecordsPerSecond == 0 && c.BurstRecords > 0 {
		complaints = append(complaints, errors.New("BurstRecords means nothing without RecordsPerSecond"))
	}
	if c.BytesPerSecond == 0 && c.BurstBytes > 0 {
		complaints = append(complaints, errors.New("BurstBytes means nothing without BytesPerSecond"))
	}
	return errors.Join(complaints...)
}

// Allows reports why one request of that size could never pass the quotas, nil when it can.
func (k *Keys) Allows(records, bytes int) error {
	if k.Open() {
		return nil
	}
	var complaints []error
	if burst := burstOf(k.cfg.RecordsPerSecond, k.cfg.BurstRecords); burst > 0 && burst < records {
		complaints = append(complaints, fmt.Errorf("BurstRecords (%d) is less than one request may hold (%d records): raise it, or lower the gateway's limit", burst, records))
	}
	if burst := burstOf(k.cfg.BytesPerSecond, k.cfg.BurstBytes); burst > 0 && burst < bytes {
		complaints = append(complaints, fmt.Errorf("BurstBytes (%d) is less than one request may hold (%d bytes): raise it, or lower the gateway's limit", burst, bytes))
	}
	return errors.Join(complaints...)
}

// burstOf is 0 when there is no such quota.
func burstOf(perSecond float64, burst int) int {
	if perSecond == 0 {
		return 0
	}
	if burst > 0 {
		return burst
	}
	return max(1, int(perSecond*burstSeconds))
}

// Client is one line of the key file.
type Client struct {
	ID     string
	hashes [][sha256.Size]byte

	records, bytes *rate.Limiter // nil = no such quota
}

func newClient(e entry, cfg Config) *Client {
	return &Client{
		ID:      e.id,
		hashes:  e.hashes,
		records: newLimiter(cfg.RecordsPerSecond, cfg.BurstRecords),
		bytes:   newLimiter(cfg.BytesPerSecond, cfg.BurstBytes),
	}
}

func newLimiter(perSecond float64, burst int) *rate.Limiter {
	if perSecond == 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(perSecond), burstOf(perSecond, burst))
}

// Take charges a request to the client's quotas. It returns 0 when they allow it; else
// nothing is charged, and it returns after how long the same request would pass. A nil
// client has no quota.
func (c *Client) Take(records, bytes int) time.Duration {
	if c == nil {
		return 0
	}
	now := time.Now()
	first, wait := reserve(c.records, now, records)
	if wait > 0 {
		return wait
	}
	_, wait = reserve(c.bytes, now, bytes)
	if wait > 0 && first != nil {
		first.CancelAt(now)
	}
	return wait
}

// reserve takes n at once or not at all.
func reserve(limiter *rate.Limiter, now time.Time, n int) (*rate.Reservation, time.Duration) {
	if limiter == nil {
		return nil, 0
	}
	r := limiter.ReserveN(now, n)
	if !r.OK() {
		return nil, neverFits
	}
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
		return nil, wait
	}
	return r, 0
}

// neverFits is the answer to a request larger than a burst, which Allows keeps from happening.
const neverFits = time.Hour
