package elastic

import (
	"context"
	"fmt"
	"net/http"

	"sluice/pipelines"
)

// batch is one call of Write on its way through one or more requests.
type batch struct {
	sink     *Sink
	scratch  *scratch
	writes   []pipelines.Write
	results  []pipelines.Result
	answered bool // at least one request was
	accepted bool // at least one item got past the parsing of its request
	blamed   int  // items that were Poison because their request of one was refused with a 400
}

// run sends all that is sendable, in as many requests as it takes.
func (b *batch) run(ctx context.Context) error {
	b.scratch.at = b.sendable(b.scratch.at[:0])
	for rest := b.scratch.at; len(rest) > 0; {
		n := b.fits(rest)
		if err := b.send(ctx, rest[:n]); err != nil {
			return b.giveUp(ctx, err)
		}
		rest = rest[n:]
	}
	b.unblame()
	return nil
}

// sendable settles the writes that can never be sent and returns the places of the others.
func (b *batch) sendable(at []int) []int {
	for i := range b.writes {
		if reason := b.sink.unfit(&b.writes[i]); reason != "" {
			b.results[i] = pipelines.Result{Verdict: pipelines.Poison, Reason: reason}
			continue
		}
		at = append(at, i)
	}
	return at
}

// fits is how many of the writes go into one body; at least one does, since no write above the
// limit is sendable.
func (b *batch) fits(at []int) int {
	bytes := 0
	for n, i := range at {
		bytes += b.sink.weight(&b.writes[i])
		if bytes > b.sink.cfg.MaxBodyBytes {
			return max(n, 1)
		}
	}
	return len(at)
}

// send offers the writes at these places in one request and settles them. A request that
// is too large, or that one bad item spoils, is halved until the culprit stands alone.
func (b *batch) send(ctx context.Context, at []int) error {
	answer, err := b.sink.bulk(ctx, b.writes, at, b.scratch)
	if err != nil {
		return err
	}
	b.answered = true
	if answer.status == http.StatusOK {
		b.settle(at, answer.items)
		return nil
	}
	if splits(answer) && len(at) > 1 {
		half := len(at) / 2
		if err := b.send(ctx, at[:half]); err != nil {
			return err
		}
		return b.send(ctx, at[half:])
	}
	for _, i := range at {
		b.results[i] = b.refuse(answer, b.writes[i].Version == 0)
	}
	return nil
}

// splits reports whether a refusal may be the fault of some of the items only.
func splits(a answer) bool {
	return a.status == http.StatusRequestEntityTooLarge || a.status == http.StatusBadRequest
}

// refuse is the result of an item whose whole request was refused. A 400 for a request of
// one is that item's fault, as far as can be seen here; unblame looks again.
func (b *batch) refuse(a answer, create bool) pipelines.Result {
	if a.status == http.StatusBadRequest {
		b.blamed++
		return pipelines.Result{Verdict: pipelines.Poison, Status: a.status, Reason: orBadRequest(a.kind)}
	}
	verdict, reason := judge(a.status, a.kind, a.detail, create)
	if !verdict.Final() || verdict == pipelines.Poison {
		return pipelines.Result{Verdict: verdict, Status: a.status, Reason: reason}
	}
	// A whole request that is answered 2xx without items, or 409, is nothing that a bulk says.
	return pipelines.Result{Verdict: pipelines.Retry, Status: a.status, Reason: "unknown_answer"}
}

func orBadRequest(kind []byte) string {
	if len(kind) == 0 {
		return "bad_request"
	}
	return word(kind)
}

// unblame takes back the blame for refused requests when nothing at all got through: then
// it is we who are refused, not the documents. One lone write is refused, too: to stop is loud, to
// throw away is not.
func (b *batch) unblame() {
	if b.blamed == 0 || b.accepted {
		return
	}
	for i := range b.results {
		if r := &b.results[i]; r.Status == http.StatusBadRequest && r.Verdict == pipelines.Poison {
			r.Verdict = pipelines.Refused
		}
	}
}

// settle puts what the answer says of each item where it belongs.
func (b *batch) settle(at []int, items []item) {
	b.accepted = true
	for n, i := range at {
		it := &items[n]
		if it.status == http.StatusOK || it.status == http.StatusCreated {
			b.results[i] = pipelines.Result{Verdict: pipelines.Stored, Status: it.status}
			continue
		}
		verdict, reason := judge(it.status, it.kind, it.detail, b.writes[i].Version == 0)
		if it.status == http.StatusConflict && b.scratch.guard(i) != nil {
			verdict, reason = pipelines.Retry, reasonConflict
		}
		b.results[i] = pipelines.Result{Verdict: verdict, Status: it.status, Reason: reason}
	}
}

// giveUp ends a batch that met an error: what was answered before stays settled, and the
// rest has to be offered again.
func (b *batch) giveUp(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("writing bulk: %w", context.Cause(ctx))
	}
	if !b.answered {
		return err
	}
	b.unblame()
	for i := range b.results {
		if b.results[i].Verdict == pipelines.Unsettled {
			b.results[i] = pipelines.Result{Verdict: pipelines.Retry, Reason: "no_answer"}
		}
	}
	return nil
}
