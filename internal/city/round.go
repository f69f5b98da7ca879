package city

// A driver's time is cut into rounds of fixed length. Where one begins and ends follows
// from its number alone, so that nobody needs to know the rounds before it.
const (
	roundMS = 15 * 60_000
	roundS  = roundMS / 1000.0
)

// waypoint is where a driver is at a time; towards the next one it drives, on that class
// of road, unless both are the same place.
type waypoint struct {
	junction int32
	class    class   // of the way to the next one
	at       float32 // s since the round began
}

// round is what a driver does for a quarter of an hour.
type round struct {
	number   int64
	began    int64   // ms since 1970 UTC
	offline  bool    // off duty: the phone says so once, and nothing more
	busyFrom float64 // s since the round began; busy until busyTo
	busyTo   float64
	way      []waypoint // the last one is at the end of the round
}

// What a round takes beside driving, s.
const (
	boarding = 40 // at the place of pick-up, and half of it where the passenger gets off
	leastWay = roundS * 0.97
)

// roundOf is the driver's round at a time.
func (d *driver) roundOf(at int64) int64 { return (at - d.offset) / roundMS }

// stop is where a round begins, and the one before it ends: near home.
func (c *City) stop(d *driver, number int64) (row, col int) {
	about := chanceOf(c.cfg.Seed, aboutStop, d.n, uint64(number))
	return c.town.near(d.row, d.col, stopReach, &about)
}

// begin plans a round: wait, drive somewhere, perhaps with a passenger, and end near home.
func (c *City) begin(d *driver, number int64) {
	r := &d.round
	*r = round{number: number, began: number*roundMS + d.offset, way: r.way[:0]}
	about := chanceOf(c.cfg.Seed, aboutRound, d.n, uint64(number))
	h := hour(r.began, c.cfg.CentreLon)
	row, col := c.stop(d, number)
	endRow, endCol := c.stop(d, number+1)
	from, to := c.town.stops[row][col], c.town.stops[endRow][endCol]
	r.offline = about.share(asleep(h))
	withPassenger := about.share(demand(h))
	pace := traffic(h) * about.within(0.85, 1.1)
	if r.offline { // unseen, the next round's beginning must be reached all the same
		c.hops = c.router.route(c.hops[:0], from, to)
		r.drive(from, nil, c.hops, pace, false, about.unit())
		return
	}
	out, back := c.tour(from, to, row, col, pace, &about)
	r.drive(from, out, back, pace, withPassenger, about.unit())
}

// tour is a way to somewhere and the way from there to the end of the round, as far out
// as there is time for.
func (c *City) tour(from, to int32, row, col int, pace float64, about *chance) (out, back []hop) {
	hops := c.hops[:0]
	for _, reach := range [...]float64{4000, 2000, 1000} {
		viaRow, viaCol := c.town.near(row, col, reach, about)
		via := c.town.stops[viaRow][viaCol]
		hops = c.router.route(hops[:0], from, via)
		n := len(hops)
		hops = c.router.route(hops, via, to)
		if seconds(hops)/pace+1.5*boarding <= leastWay {
			c.hops = hops
			return hops[:n], hops[n:]
		}
	}
	hops = c.router.route(hops[:0], from, to)
	c.hops = hops
	return nil, hops
}

func seconds(hops []hop) float64 {
	sum := 0.0
	for _, h := range hops {
		sum += h.seconds
	}
	return sum
}

// drive writes the round down. When even the shortest way takes too long, the driver hurries.
func (r *round) drive(from int32, out, back []hop, pace float64, withPassenger bool, early float64) {
	driving := (seconds(out) + seconds(back)) / pace
	standing := roundS - driving
	if least := roundS - leastWay; standing < least {
		pace *= driving / (roundS - least)
		standing = least
	}
	board, leave := 0.0, 0.0
	if withPassenger && standing > 1.5*boarding {
		board, leave = boarding, boarding/2
	}
	at := (standing - board - leave) * early
	r.busyFrom = at
	r.stay(from, 0)
	at = r.follow(from, out, at, pace)
	at += board
	at = r.follow(r.place(), back, at, pace)
	at += leave
	r.busyTo = at
	r.stay(r.place(), roundS)
	if !withPassenger {
		r.busyTo = r.busyFrom
	}
}

func (r *round) place() int32 { return r.way[len(r.way)-1].junction }

func (r *round) stay(junction int32, at float64) {
	r.way = append(r.way, waypoint{junction: junction, at: float32(at)})
}

// follow drives along hops and returns when it is there.
func (r *round) follow(from int32, hops []hop, at, pace float64) float64 {
	for _, h := range hops {
		r.way = append(r.way, waypoint{junction: from, class: h.class, at: float32(at)})
		at += h.seconds / pace
		from = h.to
	}
	r.stay(from, at)
	return at
}
