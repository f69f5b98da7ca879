package city

// turn says whose ping is due when: driver i of n at every·(k + i/n), all ms since 1970
// UTC, so that pings are spread evenly and two runs of one city agree.
type turn struct {
	every   int64 // ms
	drivers int
	cycle   int64 // k
	driver  int   // i
}

// newTurn begins with the first driver due after now.
func newTurn(cfg *Config, now int64) *turn {
	t := &turn{every: cfg.Every.Milliseconds(), drivers: cfg.Drivers}
	t.begin(now)
	return t
}

func (t *turn) begin(now int64) {
	t.cycle, t.driver = now/t.every, 0
	for t.due() <= now {
		t.step()
	}
}

func (t *turn) due() int64 { return t.cycle*t.every + int64(t.driver)*t.every/int64(t.drivers) }

func (t *turn) step() {
	t.driver++
	if t.driver == t.drivers {
		t.driver = 0
		t.cycle++
	}
}

// next is the next driver due by now, with the exact time.
func (t *turn) next(now int64) (driver int, at int64, due bool) {
	at = t.due()
	if at > now {
		return 0, 0, false
	}
	driver = t.driver
	t.step()
	return driver, at, true
}

// catchUp leaves out what is more than one cycle overdue (the machine slept, or is too
// slow), and begins anew when the clock was set back by more than a cycle.
func (t *turn) catchUp(now int64) {
	if late := now - t.due(); late > t.every || late < -t.every {
		t.begin(now - t.every)
	}
}
