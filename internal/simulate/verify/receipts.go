package verify

import (
	"math"

	"sluice/internal/simulate/ledger"
)

// receipts is when a gateway received record n, at the earliest and at the latest, ms since 1970 UTC: between
// the first attempt and the answer of the requests that carried it, as the ledger has them, and the clocks may
// differ by unsure. Of a request without an answer only the beginning is known; verify's own is then the end.
func (v *verifier) receipts(n int64) (from, to int64) {
	l, start := v.cfg.Ledger, v.author.Start
	end := v.samples[len(v.samples)-1].At - start
	first, again := v.author.SentIn(n)
	from, to = end, 0
	for _, block := range [...]int64{first, again} {
		if block < 0 {
			continue
		}
		o := l.Of(block)
		switch o.State {
		case ledger.Answered:
			from, to = min(from, o.Sent), max(to, o.Done)
		case ledger.Doubt, ledger.None:
			from, to = min(from, o.Sent), end
		case ledger.Skipped:
			from = 0 // if it was sent all the same, L2 says so
		}
	}
	if to == 0 {
		return math.MinInt64, math.MaxInt64 // never sent, which is an invention if anything is
	}
	return start + from - unsure, start + to + unsure
}
