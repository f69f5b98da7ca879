package embedded

import "bytes"

// slotBits makes slots of 16.4 s. Shorter ones would make the index cheaper to fill, for the pings of
// a moment touch fewer pages, and a track dearer to read, for it looks into each slot of its time.
const slotBits = 14

// keyTime is the time in a key of history, driver-ts-seq, in ms; ok is false for a key of another form.
func keyTime(key []byte) (ts int64, ok bool) {
	const most = 15 // digits, as everywhere for times
	end := bytes.LastIndexByte(key, '-')
	if end < 0 {
		return 0, false
	}
	start := bytes.LastIndexByte(key[:end], '-')
	digits := key[start+1 : end]
	if start < 0 || len(digits) == 0 || len(digits) > most {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		ts = ts*10 + int64(c-'0')
	}
	return ts, true
}

// slotOf is where the index has a key. It depends on the key alone, or a key could be there twice.
func slotOf(ts int64) int64 { return ts >> slotBits }

// driverOf is the driver in a key of history, nil for a key of another form.
func driverOf(key []byte) []byte {
	if _, ok := keyTime(key); !ok {
		return nil
	}
	end := bytes.LastIndexByte(key, '-')
	return key[:bytes.LastIndexByte(key[:end], '-')]
}
