package simulation

// gated says whether the outlier or the movement gate may have dropped a record: there is an earlier
// one of the same driver that gives the reason.
func (o *oracle) gated(e *entry) bool {
	if o.history {
		return false
	}
	for _, before := range o.parts[e.part].log {
		if before.offset >= e.offset {
			return false
		}
		if before.driver == e.driver && before.kind != undecodable && before.at < e.at && (o.outlier(before, e) || o.unmoved(before, e)) {
			return true
		}
	}
	return false
}

// outlier says whether no driver could have gone from one to the other.
func (o *oracle) outlier(from, to *entry) bool {
	g := &o.gps
	seconds := float64(to.at-from.at) / 1000
	return g.OutlierSpeed > 0 && !to.offline && to.metres(from) > g.OutlierSpeed*seconds+g.OutlierSlack-1
}

// unmoved says whether one shows nothing that the other has not shown shortly before.
func (o *oracle) unmoved(shown, e *entry) bool {
	g := &o.gps
	return g.MoveDistance > 0 && e.offline == shown.offline && e.at-shown.at < g.MoveHeartbeat.Milliseconds() && e.metres(shown) < g.MoveDistance+1
}

// verifyHeartbeat checks that the movement gate lets no driver's position become older than it may.
func (o *oracle) verifyHeartbeat() {
	g := &o.gps
	if o.history || g.MoveDistance == 0 || g.OutlierSpeed > 0 || g.MaxAge > 0 {
		return
	}
	for _, part := range o.parts {
		for _, e := range part.log[:part.at(part.committed)] {
			if e.kind != good || o.held[e.key] > e.at-g.MoveHeartbeat.Milliseconds() || o.followsRejected(e) {
				continue
			}
			o.complain("%v is %d ms newer than what the store shows of its driver, the heartbeat is %v", e, e.at-o.held[e.key], g.MoveHeartbeat)
		}
	}
}

// followsRejected says whether the one that was to show the position may have been refused by the store.
func (o *oracle) followsRejected(e *entry) bool {
	for _, other := range o.parts[e.part].log {
		if other.driver == e.driver && other.kind == rejected {
			return true
		}
	}
	return false
}
