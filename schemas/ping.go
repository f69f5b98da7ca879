package schemas

// Ping is one position report of a driver's app. Byte slices alias the input of the
// decoder, unless it had to unescape them. Optional numbers are NaN when absent; an
// optional text is empty.
type Ping struct {
	DriverID []byte
	TS       int64   // the device's clock, ms since 1970 UTC
	Lat, Lon float64 // degrees: WGS-84 once decoded, whatever Datum says; in Datum when an app encodes them
	Speed    float64 // m/s, NaN when absent
	Heading  float64 // degrees clockwise from north, NaN when absent
	Accuracy float64 // m, NaN when absent
	Status   Status
	Vehicle  []byte
	City     []byte
	Seq      int64 // the app's counter, -1 when absent
	Datum    Datum // what the app said; decode converts once and keeps the word
	Unknown  int   // fields that the schema does not know, kept out of the stores

	verbatim verbatim
}

// Status is what a driver is doing.
type Status uint8

// The statuses. A ping without one is StatusUnset.
const (
	StatusUnset Status = iota
	StatusIdle
	StatusBusy
	StatusOffline
)

// String is the status on the wire, "" for StatusUnset.
func (s Status) String() string {
	switch s {
	case StatusIdle:
		return "idle"
	case StatusBusy:
		return "busy"
	case StatusOffline:
		return "offline"
	case StatusUnset:
	}
	return ""
}

// Datum is the frame of a coordinate.
type Datum uint8

// The datums that apps send. A ping without one is WGS-84.
const (
	WGS84 Datum = iota
	GCJ02
	BD09
)

// String is the datum on the wire.
func (d Datum) String() string {
	switch d {
	case GCJ02:
		return "gcj02"
	case BD09:
		return "bd09"
	case WGS84:
	}
	return "wgs84"
}
