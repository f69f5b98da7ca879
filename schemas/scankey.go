package schemas

// scanKey reads `"name":` at b[i] and says which field that is, with its name when it is an
// unknown one; the index behind the colon is -1 when there is no key.
func scanKey(b []byte, i int) (f field, name []byte, end int) {
	if f, end = scanUsualKey(b, i); f != fieldUnknown {
		return f, nil, end
	}
	name, end = scanText(b, i)
	if end < 0 {
		return fieldUnknown, nil, -1
	}
	if end = skipSpace(b, end); end >= len(b) || b[end] != ':' {
		return fieldUnknown, nil, -1
	}
	return fieldNamed(name), name, end + 1
}

// scanUsualKey is the short way for a known key with its colon right behind it: one
// comparison of some bytes. It answers fieldUnknown for all else.
func scanUsualKey(b []byte, i int) (field, int) {
	const longest = len(`"driverId":`)
	if len(b)-i < longest {
		return fieldUnknown, 0
	}
	k := b[i : i+longest]
	switch k[1] {
	case 'd':
		if string(k) == `"driverId":` {
			return fieldDriverID, i + longest
		}
		if string(k[:8]) == `"datum":` {
			return fieldDatum, i + 8
		}
	case 't':
		if string(k[:5]) == `"ts":` {
			return fieldTS, i + 5
		}
	case 'l':
		if string(k[:6]) == `"lat":` {
			return fieldLat, i + 6
		}
		if string(k[:6]) == `"lon":` {
			return fieldLon, i + 6
		}
	case 's':
		if string(k[:8]) == `"speed":` {
			return fieldSpeed, i + 8
		}
		if string(k[:9]) == `"status":` {
			return fieldStatus, i + 9
		}
		if string(k[:6]) == `"seq":` {
			return fieldSeq, i + 6
		}
	case 'h':
		if string(k[:10]) == `"heading":` {
			return fieldHeading, i + 10
		}
	case 'a':
		if string(k) == `"accuracy":` {
			return fieldAccuracy, i + 11
		}
	case 'v':
		if string(k[:10]) == `"vehicle":` {
			return fieldVehicle, i + 10
		}
	case 'c':
		if string(k[:7]) == `"city":` {
			return fieldCity, i + 7
		}
	}
	return fieldUnknown, 0
}
