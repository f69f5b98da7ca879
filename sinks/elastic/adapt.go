package elastic

import "time"

// learn moves the limit by what one request met. It moves at most once per round: answers to
// requests that were sent before the last move say nothing about it.
func (l *inflight) learn(t trip) {
	heeded := t.start.Before(l.changed)
	switch {
	case t.failed:
		if !heeded {
			l.move(l.limit * shrink)
		}
		return
	case t.pushback > 0:
		// In proportion: one rejected item of a thousand is a warning, not a wall.
		if !heeded {
			l.move(l.limit * (1 - (1-shrink)*t.pushback))
		}
		return
	}
	if l.resume > 0 {
		if !heeded {
			l.base, l.mean = 0, 0
			l.measure(t)
			l.move(l.resume)
			l.resume = 0
		}
		return
	}
	l.measure(t)
	if heeded {
		return
	}
	l.since++
	queue := l.limit * (1 - l.base/l.mean)
	switch {
	case l.since >= freshRounds:
		l.since, l.resume = 0, l.limit
		l.move(1)
	case queue > queueMany:
		l.move(l.limit * shrink)
	case queue < queueFew && l.full:
		l.move(l.limit + 1)
	default:
		l.round()
	}
}

// measure takes the cost of a request into the mean and the base.
func (l *inflight) measure(t trip) {
	cost := float64(max(t.took, time.Microsecond)) / (fixedBytes + float64(t.bytes))
	if l.mean == 0 {
		l.mean, l.base = cost, cost
		return
	}
	l.mean += meanWeight * (cost - l.mean)
	l.base = min(l.base, cost, l.mean)
}

// move sets the limit within its bounds and begins a round.
func (l *inflight) move(limit float64) {
	l.limit = min(max(limit, 1), float64(l.most))
	l.round()
}

// round begins a round: only requests sent from now on count for the next move.
func (l *inflight) round() {
	l.changed = time.Now()
	l.full = l.under+1 >= l.allowed() || len(l.waiting) > 0
}
