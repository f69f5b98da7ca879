package plan

import "sluice/schemas"

// The city: a square around Shanghai, micro-degrees.
const (
	centreLatE6 = 31_230_000
	centreLonE6 = 121_470_000
	halfSideE6  = 250_000
)

// dayMS keeps times since the start above zero for pings of before it.
const dayMS = 86_400_000

// drive fills in where the driver of r is at a time, ms since 1970 UTC: each goes up and down a straight
// road of its own at a speed of its own, below every outlier gate. It needs no state.
func (a *Author) drive(r *Record, at int64) {
	dice := mix(a.Seed ^ uint64(r.Driver)*0x9e3779b97f4a7c15)
	speed := int64(30 + dice%121)             // dm/s: 11 to 54 km/h
	length := int64(5_000 + (dice>>8)%40_001) // dm: 500 to 4500 m
	way := a.roads[(dice>>24)%8]
	since := at - a.Start + dayMS
	gone := (speed*since/1000 + int64(dice>>32)%length) % (2 * length)
	r.Heading = way.heading
	if gone >= length {
		gone = 2*length - gone
		r.Heading = (way.heading + 180) % 360
	}
	homes := mix(dice)
	r.LatE6 = centreLatE6 - halfSideE6 + int64(homes%(2*halfSideE6)) + gone*way.lat/10_000
	r.LonE6 = centreLonE6 - halfSideE6 + int64((homes>>32)%(2*halfSideE6)) + gone*way.lon/10_000
	r.Speed = speed
	r.Status = statusAt(mix(dice + uint64(since/statusMS)))
}

// statusMS is how long a driver keeps a status, ms.
const statusMS = 30_000

// statusAt is idle six times of ten, and now and then offline.
func statusAt(dice uint64) schemas.Status {
	switch dice % 100 {
	case 0:
		return schemas.StatusOffline
	default:
		if dice%10 < 4 {
			return schemas.StatusBusy
		}
		return schemas.StatusIdle
	}
}

// Vehicle is what a driver drives.
func Vehicle(driver int64) string {
	switch driver % 4 {
	case 0:
		return "sedan"
	case 1:
		return "van"
	case 2:
		return "truck"
	default:
		return "minivan"
	}
}

// City and Accuracy (m) are the same for all.
const (
	City     = "shanghai"
	Accuracy = 5
)
