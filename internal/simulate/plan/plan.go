package plan

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"time"
)

// Plan is the header of a load: all that its records follow from.
type Plan struct {
	Run     string  `json:"run"`     // every driver's id begins with it: 4 to 24 of a-z, 0-9 and -, ending in -
	Seed    uint64  `json:"seed"`    // decides who misbehaves, and how
	Start   int64   `json:"start"`   // ms since 1970 UTC: when record 0 is due
	Rate    float64 `json:"rate"`    // records a second, above 0
	Drivers int64   `json:"drivers"` // record n is of driver n modulo Drivers; 1 or more
	Records int64   `json:"records"` // 1 or more
	Batch   int64   `json:"batch"`   // records of one block, which is one request; 1 or more
	Shares  Shares  `json:"shares"`
	Rules   Rules   `json:"rules"`
}

// Shares of the records that misbehave, 0 to 1. The first four exclude each other; a record may
// be doubled and disordered whatever else it is, but for poison.
type Shares struct {
	Late       float64 `json:"late"`       // the device kept it until it was older than Rules.MaxAge
	Ahead      float64 `json:"ahead"`      // the device's clock is ahead beyond Rules.ClockAhead
	Teleport   float64 `json:"teleport"`   // 500 km away for one ping
	Poison     float64 `json:"poison"`     // never acceptable
	Doubled    float64 `json:"doubled"`    // sent again in a later request
	Disordered float64 `json:"disordered"` // sent up to Spread late, behind newer ones
	Topic      float64 `json:"topic"`      // of the poison: written to the topic, past the gateway, as apps may
}

// Rules are the servers' settings under which the load was made; times in ms, 0 as in the settings.
type Rules struct {
	MaxAge        int64 `json:"maxAge"`
	HistoryMaxAge int64 `json:"historyMaxAge"`
	ClockAhead    int64 `json:"clockAhead"`
	Coalesce      int64 `json:"coalesce"`
	Outliers      bool  `json:"outliers"` // the outlier gate is on
	Movement      bool  `json:"movement"` // the movement gate is on
}

// Spread is how long a disordered or doubled record is held back at most.
const Spread = 3 * time.Second

// Validate reports every complaint at once.
func (p *Plan) Validate() error {
	var errs []error
	complain := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	complain(regexp.MustCompile(`^[a-z0-9-]{3,23}-$`).MatchString(p.Run), "run %q: want 4 to 24 of a-z, 0-9 and -, ending in -", p.Run)
	complain(p.Start > 0, "start is %d, must be above 0", p.Start)
	complain(p.Rate > 0 && p.Rate <= 10_000_000, "rate is %g, must be above 0 and at most 10,000,000 a second", p.Rate)
	complain(p.Drivers >= 1 && p.Drivers <= maxDrivers, "drivers are %d, must be 1 to %d", p.Drivers, int64(maxDrivers))
	complain(p.Records >= 1 && p.Records <= maxRecords, "records are %d, must be 1 to %d", p.Records, int64(maxRecords))
	complain(p.Batch >= 1 && p.Batch <= 10_000, "batch is %d, must be 1 to 10,000", p.Batch)
	s := p.Shares
	for _, share := range []struct {
		name  string
		value float64
	}{
		{"late", s.Late},
		{"ahead", s.Ahead},
		{"teleport", s.Teleport},
		{"poison", s.Poison},
		{"doubled", s.Doubled},
		{"disordered", s.Disordered},
		{"topic", s.Topic},
	} {
		complain(share.value >= 0 && share.value <= 1, "%s is %g, must be 0 to 1", share.name, share.value)
	}
	complain(!(s.Late+s.Ahead+s.Teleport+s.Poison > 1), "late, ahead, teleport and poison together are more than all records")
	return errors.Join(errs...)
}

// The bounds of a plan: 7 digits of a driver, and a bit per record in memory.
const (
	maxDrivers = 10_000_000
	maxRecords = 10_000_000_000
)

// Blocks is how many requests the load has: those of the records when they are due, and those
// in which the last ones held back travel.
func (p *Plan) Blocks() int64 {
	tail := int64(0)
	if p.Shares.Doubled > 0 || p.Shares.Disordered > 0 {
		tail = 2 * p.spread()
	}
	return (p.Records+p.Batch-1)/p.Batch + tail
}

// spread is Spread in blocks, 1 or more.
func (p *Plan) spread() int64 {
	return max(1, int64(math.Round(Spread.Seconds()*p.Rate/float64(p.Batch))))
}

// Due is when record n is due, since Start.
func (p *Plan) Due(n int64) time.Duration {
	return time.Duration(float64(n) / p.Rate * float64(time.Second))
}

// BlockDue is when block b is to be sent, since Start: when the last of its records is due.
func (p *Plan) BlockDue(b int64) time.Duration { return p.Due((b+1)*p.Batch - 1) }
