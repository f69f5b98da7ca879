package schemas

import (
	"math"
	"unicode"
	"unicode/utf8"
)

// The bounds of a ping. They are wide on purpose: a good position must not be lost for
// an odd optional value, and what is merely unlikely is the outlier gate's business.
const (
	// MaxPingBytes is the longest value of a ping, in bytes.
	MaxPingBytes = 16 << 10
	// MaxTextBytes is the longest driver id, vehicle or city, in bytes of UTF-8.
	MaxTextBytes = 64
	// MinTS and MaxTS bound a device's clock, ms: 2000-01-01 inclusive to 2100-01-01
	// exclusive, UTC. Outside it is a clock that was never set, seconds or microseconds.
	MinTS = 946_684_800_000
	MaxTS = 4_102_444_800_000
	// MaxSpeed is in m/s: 1000 knots, above which civil receivers stop by export law.
	MaxSpeed = 515
	// MaxHeading is in degrees; 360 is north, as 0 is.
	MaxHeading = 360
	// MaxAccuracy is in m: half of the equator, no error on Earth is larger.
	MaxAccuracy = 20_037_509
	// invalidReading is what iOS sends for a speed, course or accuracy that it does not
	// know (CLLocation: "a negative value indicates an invalid …"): the field is absent.
	invalidReading = -1
)

// finish checks a parsed ping against its bounds and converts it to WGS-84. Fields are
// checked in the order of ping.proto, so that every form names the same first fault.
func (p *Ping) finish(have fieldSet) error {
	if err := p.checkRequired(have); err != nil {
		return err
	}
	p.Speed, p.Heading, p.Accuracy = known(p.Speed), known(p.Heading), known(p.Accuracy)
	if outside(p.Speed, MaxSpeed) {
		return outOfRange(fieldSpeed.name(), "not within 0 to 515 m/s")
	}
	if outside(p.Heading, MaxHeading) {
		return outOfRange(fieldHeading.name(), "not within 0 to 360 degrees")
	}
	if outside(p.Accuracy, MaxAccuracy) {
		return outOfRange(fieldAccuracy.name(), "not within 0 to 20,037,509 m")
	}
	if err := checkText(fieldVehicle.name(), p.Vehicle); err != nil {
		return err
	}
	if err := checkText(fieldCity.name(), p.City); err != nil {
		return err
	}
	if have.has(fieldSeq) && p.Seq < 0 {
		return outOfRange(fieldSeq.name(), "below 0")
	}
	if p.Datum != WGS84 {
		lat, lon := ToWGS84(p.Datum, p.Lat, p.Lon)
		p.Lat, p.Lon = centimetres(lat), centimetres(lon)
	}
	return nil
}

// checkRequired checks the four fields that every ping has.
func (p *Ping) checkRequired(have fieldSet) error {
	for _, f := range [...]field{fieldDriverID, fieldTS, fieldLat, fieldLon} {
		if !have.has(f) {
			return &FieldError{CodeMissing, f.name(), "required"}
		}
	}
	if len(p.DriverID) == 0 {
		return &FieldError{CodeMissing, fieldDriverID.name(), "empty"}
	}
	if err := checkText(fieldDriverID.name(), p.DriverID); err != nil {
		return err
	}
	if p.TS < MinTS || p.TS >= MaxTS {
		return outOfRange(fieldTS.name(), "not ms since 1970 of the years 2000 to 2099")
	}
	if !(p.Lat >= -90 && p.Lat <= 90) {
		return outOfRange(fieldLat.name(), "not within -90 to 90 degrees")
	}
	if !(p.Lon >= -180 && p.Lon <= 180) {
		return outOfRange(fieldLon.name(), "not within -180 to 180 degrees")
	}
	if p.Lat == 0 && p.Lon == 0 {
		return &FieldError{CodeNullIsland, fieldLat.name(), "0,0 is a receiver without a fix"}
	}
	return nil
}

// centimetres rounds a converted degree to the 7 decimals that a receiver would send.
func centimetres(degree float64) float64 { return math.Round(degree*fixedUnit) / fixedUnit }

// known is the reading, or NaN for the mark of a reading that the device did not have.
func known(reading float64) float64 {
	if reading == invalidReading {
		return math.NaN()
	}
	return reading
}

// outside reports a value below 0 or above limit; an absent one (NaN) is not outside.
func outside(value, limit float64) bool { return value < 0 || value > limit }

func outOfRange(name, detail string) error {
	return &FieldError{CodeOutOfRange, name, detail}
}

// checkText refuses a text that is too long, is not UTF-8 or holds control characters.
func checkText(name string, text []byte) error {
	if len(text) > MaxTextBytes {
		return &FieldError{CodeTooLong, name, "longer than 64 bytes"}
	}
	for i, c := range text {
		if c >= ' ' && c < 0x7f {
			continue
		}
		return checkUnusualText(name, text[i:])
	}
	return nil
}

// checkUnusualText checks a text from its first byte that is not printable ASCII.
func checkUnusualText(name string, text []byte) error {
	if !utf8.Valid(text) {
		return &FieldError{CodeBadUTF8, name, "not UTF-8"}
	}
	for _, r := range string(text) {
		if unicode.IsControl(r) {
			return &FieldError{CodeBadUTF8, name, "a control character"}
		}
	}
	return nil
}
