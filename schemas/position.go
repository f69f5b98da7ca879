package schemas

import "time"

// Position is a driver's latest accepted ping, or one point of a track, as a store gives it back. Times are
// ms since 1970 UTC, coordinates WGS-84 degrees, speed m/s, heading degrees clockwise
// from north; nil means that the ping did not say.
type Position struct {
	DriverID string   `json:"driverId"`
	Lat      float64  `json:"lat"`
	Lon      float64  `json:"lon"`
	TS       int64    `json:"ts"`
	Speed    *float64 `json:"speed,omitempty"`
	Heading  *float64 `json:"heading,omitempty"`
	Accuracy *float64 `json:"accuracy,omitempty"`
	Status   string   `json:"status,omitempty"`
	Vehicle  string   `json:"vehicle,omitempty"`
	City     string   `json:"city,omitempty"`
	Seq      *int64   `json:"seq,omitempty"`
}

// Near is a position with its distance from the point asked for.
type Near struct {
	Position
	Distance float64 // m, great circle
}

// NearbyQuery asks for the drivers nearest to a point.
type NearbyQuery struct {
	Lat, Lon float64
	Radius   float64       // m, above 0
	Limit    int           // at most so many, above 0
	MaxAge   time.Duration // nothing older than Now - MaxAge; above 0
	Now      time.Time
	Status   string // "" = every status but offline
	Vehicle  string // "" = any
	City     string // "" = any
}

// Box is an area between two parallels and two meridians; West > East means that it
// crosses the antimeridian.
type Box struct{ South, West, North, East float64 }

// WithinQuery asks for the positions in a box that changed since a time.
type WithinQuery struct {
	Box   Box
	Since int64 // ms since 1970 UTC, event time, inclusive
	Limit int
}

// TrackQuery asks for a driver's pings in time order.
type TrackQuery struct {
	DriverID string
	From, To int64 // ms since 1970 UTC, From inclusive, To exclusive
	Limit    int
	Cursor   string // "" = from the start; else Next of the page before
}

// Track is one page of a track.
type Track struct {
	Points []Position
	Next   string // "" = that was the last page
}
