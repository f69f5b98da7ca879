package schemas

// EffectiveTS is the event time that counts for a ping, ms: ts, unless the device's clock
// is ahead of receivedAt by more than tolerance (ms); then it is receivedAt. So a clock
// ahead cannot lock a driver: the next good ping is newer. A receivedAt of 0 or below
// (nobody noted it) clamps nothing.
func EffectiveTS(ts, receivedAt, tolerance int64) int64 {
	if receivedAt > 0 && ts-receivedAt > tolerance {
		return receivedAt
	}
	return ts
}

// PositionVersion is the external version of a driver's position: its effective event
// time, so that the newest wins whatever came last.
func PositionVersion(ts, receivedAt, tolerance int64) int64 {
	return EffectiveTS(ts, receivedAt, tolerance)
}

// maxMillisDigits bounds the decimal text of a time: the year 33658, and surely an int64.
const maxMillisDigits = 15

// ParseMillis reads a time header: ms since 1970 UTC as plain decimal digits, 15 at most.
func ParseMillis(text []byte) (int64, bool) {
	if len(text) == 0 || len(text) > maxMillisDigits {
		return 0, false
	}
	var ms int64
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		ms = ms*10 + int64(c-'0')
	}
	return ms, true
}

// ReceivedAt reads the header received-at of a ping whose record has that time (ms, 0 or below: none),
// and says whether it is believed. One that cannot be true (a clock never set, or ahead of the record's own time by
// more than tolerance) is not: with it a clock ahead would pass unclamped, and freeze its driver.
func ReceivedAt(header []byte, recordTime, tolerance int64) (int64, bool) {
	at, ok := ParseMillis(header)
	return at, ok && at >= MinTS && at < MaxTS && (recordTime <= 0 || at-recordTime <= tolerance)
}
