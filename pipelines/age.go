package pipelines

import "time"

// ages remembers when records were polled, a mark per poll, so that a lane can say since
// when its oldest unsettled record has been waiting.
type ages struct {
	marks []mark
	head  int
}

type mark struct {
	end int64 // offsets below it were polled at or before at
	at  time.Time
}

// markEvery thins the marks: ages are told to this precision.
const markEvery = 100 * time.Millisecond

func (a *ages) polled(end int64, now time.Time) {
	if n := len(a.marks); n > a.head && now.Sub(a.marks[n-1].at) < markEvery {
		a.marks[n-1].end = end
		return
	}
	a.marks = append(a.marks, mark{end: end, at: now})
}

// oldest is when the first record at or above next was polled; zero when none is known.
func (a *ages) oldest(next int64) time.Time {
	for a.head < len(a.marks) && a.marks[a.head].end <= next {
		a.head++
	}
	if a.head == len(a.marks) {
		a.marks, a.head = a.marks[:0], 0
		return time.Time{}
	}
	if a.head > 64 && a.head > len(a.marks)/2 {
		a.marks, a.head = append(a.marks[:0], a.marks[a.head:]...), 0
	}
	return a.marks[a.head].at
}
