package schemas

// ToWGS84 stub.
func ToWGS84(_ Datum, lat, lon float64) (float64, float64) { return lat, lon }
