package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"time"
)

// oracle says what the stores must hold, by the plainest reading of the promise: each
// valid ping once in history, and of each driver the ping with the greatest event time.
// It shares no code with the product.
type oracle struct {
	history map[string][]map[string]any // index/id -> the documents that are right
	live    map[string][]map[string]any // driver -> the documents that are right: more than one on a tie
	newest  map[string]int64            // driver -> event time of those
	oldest  int64                       // an event older than it never becomes a position; 0 = no limit
}

func newOracle(oldest time.Time) *oracle {
	o := &oracle{history: map[string][]map[string]any{}, live: map[string][]map[string]any{}, newest: map[string]int64{}}
	if !oldest.IsZero() {
		o.oldest = oldest.UnixMilli()
	}
	return o
}

// take tells the oracle of a valid ping and when it was received, ms; received 0 means
// that nobody can know: documents are then compared without it.
func (o *oracle) take(f *fix, received int64) {
	at := f.ts
	if received > 0 && f.ts > received+clockAhead.Milliseconds() {
		at = received
	}
	doc := f.document(at, received)
	id := time.UnixMilli(at).UTC().Format("pings-2006.01.02/") + f.id()
	o.history[id] = append(o.history[id], doc)
	if at < o.oldest || at < o.newest[f.driver] {
		return
	}
	if at > o.newest[f.driver] {
		o.newest[f.driver], o.live[f.driver] = at, nil
	}
	o.live[f.driver] = append(o.live[f.driver], doc)
}

// id is the documented one: driver-ts-seq, with nothing after the last dash without a seq.
func (f *fix) id() string {
	seq := ""
	if n, ok := f.optional["seq"]; ok {
		seq = fmt.Sprint(n)
	}
	return f.driver + "-" + strconv.FormatInt(f.ts, 10) + "-" + seq
}

// document is what a store must hold of a ping, as JSON decodes it.
func (f *fix) document(at, received int64) map[string]any {
	doc := map[string]any{"driverId": f.driver, "ts": at, "lat": f.lat, "lon": f.lon, "location": []float64{f.lon, f.lat}}
	if at != f.ts {
		doc["deviceTs"] = f.ts
	}
	if received > 0 {
		doc["receivedAt"] = received
	}
	maps.Copy(doc, f.optional)
	text, err := json.Marshal(doc)
	if err != nil {
		panic(err) // numbers and texts always encode
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		panic(err)
	}
	return plain
}
