package query

import (
	"errors"
	"fmt"
	"time"
)

// Config is what a question may ask for, and what answers may cost. Zero means the
// default that each field names.
type Config struct {
	Timeout     time.Duration // for the store to answer one question. 0 = 3 s
	MaxInFlight int           // questions at once, live streams aside; more are told 503. 0 = 256

	Radius    float64       // m, of nearby when the question names none. 0 = 3000
	MaxRadius float64       // m, that a question may name. 0 = 50,000
	Limit     int           // drivers of nearby when the question names none. 0 = 20
	MaxLimit  int           // drivers that a question may name. 0 = 500
	MaxAge    time.Duration // of a position when the question names none; of the first positions of a live stream. 0 = 60 s
	MaxMaxAge time.Duration // that a question may name. 0 = 24 h

	TrackSpan     time.Duration // of a track when the question names no from. 0 = 1 h
	MaxTrackSpan  time.Duration // that a question may name. 0 = 7 days
	TrackLimit    int           // points of a page when the question names none. 0 = 500
	MaxTrackLimit int           // points that a question may name. 0 = 5000

	OrdersLimit    int // orders of a page when the question names none. 0 = 50
	MaxOrdersLimit int // orders that a question may name. 0 = 500

	Live LiveConfig
}

// LiveConfig is the limits of live streams.
type LiveConfig struct {
	MaxSubscribers int           // streams at once; more are told 503. 0 = 256
	MaxBoxDegrees  float64       // a box's height and its width, each. 0 = 2
	MaxPositions   int           // of one poll of one box; a stream is told when there are more, and the next poll goes on from there. 0 = 10,000
	Poll           time.Duration // between two polls of a box. 0 = 1 s
	Overlap        time.Duration // how far a poll looks back before the one before it: a position that is searchable later than that after its event time is missed. 0 = 15 s
	Levels         time.Duration // changes of level are gathered for so long and sent together. 0 = 100 ms
	MaxLevels      int           // of one such gathering; a stream is told when there were more, and does not get them. 0 = 1000
	RecentLevels   int           // changes of level that are kept for streams that come back. 0 = 1000
	Heartbeat      time.Duration // between two comments on a stream with nothing to say. 0 = 15 s
	QueuedPolls    int           // polls that a stream may lag behind before it is ended. 0 = 8
	WriteTimeout   time.Duration // for a client to take one write. 0 = 10 s
}

func (c Config) withDefaults() Config {
	c.Timeout = or(c.Timeout, 3*time.Second)
	c.MaxInFlight = or(c.MaxInFlight, 256)
	c.Radius = or(c.Radius, 3000)
	c.MaxRadius = or(c.MaxRadius, 50_000)
	c.Limit = or(c.Limit, 20)
	c.MaxLimit = or(c.MaxLimit, 500)
	c.MaxAge = or(c.MaxAge, time.Minute)
	c.MaxMaxAge = or(c.MaxMaxAge, 24*time.Hour)
	c.TrackSpan = or(c.TrackSpan, time.Hour)
	c.MaxTrackSpan = or(c.MaxTrackSpan, 7*24*time.Hour)
	c.TrackLimit = or(c.TrackLimit, 500)
	c.MaxTrackLimit = or(c.MaxTrackLimit, 5000)
	c.OrdersLimit = or(c.OrdersLimit, 50)
	c.MaxOrdersLimit = or(c.MaxOrdersLimit, 500)
	c.Live = c.Live.withDefaults()
	return c
}

func (c LiveConfig) withDefaults() LiveConfig {
	c.MaxSubscribers = or(c.MaxSubscribers, 256)
	c.MaxBoxDegrees = or(c.MaxBoxDegrees, 2)
	c.MaxPositions = or(c.MaxPositions, 10_000)
	c.Poll = or(c.Poll, time.Second)
	c.Overlap = or(c.Overlap, 15*time.Second)
	c.Levels = or(c.Levels, 100*time.Millisecond)
	c.MaxLevels = or(c.MaxLevels, 1000)
	c.RecentLevels = or(c.RecentLevels, 1000)
	c.Heartbeat = or(c.Heartbeat, 15*time.Second)
	c.QueuedPolls = or(c.QueuedPolls, 8)
	c.WriteTimeout = or(c.WriteTimeout, 10*time.Second)
	return c
}

// Validate names every setting that cannot be.
func (c Config) Validate() error {
	var complaints []error
	for _, s := range []struct {
		name  string
		value float64
	}{
		{"Timeout", float64(c.Timeout)},
		{"MaxInFlight", float64(c.MaxInFlight)},
		{"Radius", c.Radius},
		{"MaxRadius", c.MaxRadius},
		{"Limit", float64(c.Limit)},
		{"MaxLimit", float64(c.MaxLimit)},
		{"MaxAge", float64(c.MaxAge)},
		{"MaxMaxAge", float64(c.MaxMaxAge)},
		{"TrackSpan", float64(c.TrackSpan)},
		{"MaxTrackSpan", float64(c.MaxTrackSpan)},
		{"TrackLimit", float64(c.TrackLimit)},
		{"MaxTrackLimit", float64(c.MaxTrackLimit)},
		{"OrdersLimit", float64(c.OrdersLimit)},
		{"MaxOrdersLimit", float64(c.MaxOrdersLimit)},
		{"Live.MaxSubscribers", float64(c.Live.MaxSubscribers)},
		{"Live.MaxBoxDegrees", c.Live.MaxBoxDegrees},
		{"Live.MaxPositions", float64(c.Live.MaxPositions)},
		{"Live.Poll", float64(c.Live.Poll)},
		{"Live.Overlap", float64(c.Live.Overlap)},
		{"Live.Levels", float64(c.Live.Levels)},
		{"Live.MaxLevels", float64(c.Live.MaxLevels)},
		{"Live.RecentLevels", float64(c.Live.RecentLevels)},
		{"Live.Heartbeat", float64(c.Live.Heartbeat)},
		{"Live.QueuedPolls", float64(c.Live.QueuedPolls)},
		{"Live.WriteTimeout", float64(c.Live.WriteTimeout)},
	} {
		if !(s.value >= 0) { // a NaN fails too
			complaints = append(complaints, fmt.Errorf("%s must not be negative", s.name))
		}
	}
	return errors.Join(append(complaints, c.withDefaults().contradictions()...)...)
}

// contradictions are defaults above their own upper bounds.
func (c Config) contradictions() []error {
	var complaints []error
	within := func(ok bool, name, bound string) {
		if !ok {
			complaints = append(complaints, fmt.Errorf("%s is more than %s", name, bound))
		}
	}
	within(c.Radius <= c.MaxRadius, "Radius", "MaxRadius")
	within(c.Limit <= c.MaxLimit, "Limit", "MaxLimit")
	within(c.MaxAge <= c.MaxMaxAge, "MaxAge", "MaxMaxAge")
	within(c.TrackSpan <= c.MaxTrackSpan, "TrackSpan", "MaxTrackSpan")
	within(c.TrackLimit <= c.MaxTrackLimit, "TrackLimit", "MaxTrackLimit")
	within(c.OrdersLimit <= c.MaxOrdersLimit, "OrdersLimit", "MaxOrdersLimit")
	return complaints
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
