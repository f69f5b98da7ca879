package load

// reserve makes blocks durable in the ledger ahead of their time, so that no request waits
// for a disk. It is for one goroutine.
type reserve struct {
	issue   func(to int64) error
	ahead   int64
	durable int64 // blocks below may be sent
	asked   int64 // blocks below may be said to be, by now or soon
	pending chan issued
}

type issued struct {
	to  int64
	err error
}

func newReserve(issue func(to int64) error, ahead int64) *reserve {
	return &reserve{issue: issue, ahead: ahead}
}

// cover returns once a block may be sent, which is at once but for the first, or a disk that
// needs longer than half of what is reserved ahead.
func (r *reserve) cover(block int64) error {
	if r.pending != nil {
		select {
		case done := <-r.pending:
			if err := r.take(done); err != nil {
				return err
			}
		default:
		}
	}
	for {
		if r.pending == nil && block+r.ahead/2 >= r.durable {
			r.begin(block + r.ahead)
		}
		if block < r.durable {
			return nil
		}
		if err := r.take(<-r.pending); err != nil {
			return err
		}
	}
}

func (r *reserve) begin(to int64) {
	r.pending, r.asked = make(chan issued, 1), to
	go func(out chan<- issued) { out <- issued{to: to, err: r.issue(to)} }(r.pending)
}

func (r *reserve) take(done issued) error {
	r.pending = nil
	if done.err != nil {
		return done.err
	}
	r.durable = done.to
	return nil
}

// end waits for what is under way.
func (r *reserve) end() {
	if r.pending != nil {
		<-r.pending
	}
}
