package gateway

import (
	"sluice/internal/problem"
	"sluice/pipelines"
)

// maxIdleBytes is the largest body buffer worth keeping between requests.
const maxIdleBytes = 1 << 20

// batch is one request on its way: its body, and the records that alias it.
type batch struct {
	body    []byte
	records []pipelines.Record
	places  []int // places[i] is the place of records[i] in the body
	held    int   // bytes counted against MaxInFlightBytes

	items    int // records in the body, accepted or not
	errors   []problem.Item
	rejected int
	codes    []codeCount

	stamp  []byte             // received-at
	shared []pipelines.Header // of every record
	slab   []pipelines.Header // headers of records that have their own
	ids    []byte             // event ids made from the Idempotency-Key
}

// codeCount is how many records were rejected with that code.
type codeCount struct {
	code string
	n    int
}

func newBatch() *batch {
	return &batch{body: make([]byte, 0, firstBodyBytes)}
}

// hold counts n more bytes of memory for this request, if there is room.
func (b *batch) hold(f *inFlight, n int) bool {
	if !f.hold(n) {
		return false
	}
	b.held += n
	return true
}

// grow doubles the body's buffer, if there is room.
func (b *batch) grow(f *inFlight) bool {
	if !b.hold(f, memoryPerBodyByte*cap(b.body)) {
		return false
	}
	larger := make([]byte, len(b.body), 2*cap(b.body))
	copy(larger, b.body)
	b.body = larger
	return true
}

// reject notes that the record at that place was refused.
func (b *batch) reject(place int, code, field, detail string, listed int) {
	b.rejected++
	if len(b.errors) < listed {
		b.errors = append(b.errors, problem.Item{Index: &place, Code: code, Field: field, Detail: detail})
	}
	for i := range b.codes {
		if b.codes[i].code == code {
			b.codes[i].n++
			return
		}
	}
	b.codes = append(b.codes, codeCount{code, 1})
}

// reset makes b ready for another request; false means that it has grown too large to keep.
func (b *batch) reset() bool {
	clear(b.records)
	clear(b.shared)
	clear(b.slab)
	clear(b.errors)
	*b = batch{
		body: b.body[:0], records: b.records[:0], places: b.places[:0],
		errors: b.errors[:0], codes: b.codes[:0],
		stamp: b.stamp[:0], shared: b.shared[:0], slab: b.slab[:0], ids: b.ids[:0],
	}
	return cap(b.body) <= maxIdleBytes
}
