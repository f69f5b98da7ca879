package spoil

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Answer is what becomes of one bulk request. The zero value leaves it alone.
type Answer struct {
	Status int            // of the whole request, which is not passed on; 0 = as Elasticsearch answers
	Kind   string         // the error's type of Status; "" = the one that Elasticsearch gives for it
	Items  map[string]int // id -> status of that item, which is not passed on
	Cut    bool           // passed on, but the connection breaks in the middle of the answer
	Lost   bool           // passed on, but no answer comes: the connection breaks before it
	Lack   bool           // passed on, but the answer lacks its last item
}

// spoils counts what the answer does to a request of so many writes.
func (a *Answer) spoils(writes int) Tally {
	switch {
	case a.Status != 0:
		return Tally{Requests: 1, Items: int64(writes)}
	case a.Cut, a.Lost, a.Lack:
		return Tally{Requests: 1, Items: int64(writes), Applied: int64(writes - len(a.Items))}
	case len(a.Items) > 0:
		return Tally{Requests: 1, Items: int64(len(a.Items))}
	}
	return Tally{}
}

// Tally says how much a script has spoilt since it began.
type Tally struct {
	Requests int64 // bulk requests of which something was spoilt
	Items    int64 // writes in them that were refused, or whose answer was spoilt
	Applied  int64 // of them those that Elasticsearch was given all the same
}

func (t *Tally) add(more Tally) {
	t.Requests += more.Requests
	t.Items += more.Items
	t.Applied += more.Applied
}

// kindOf is the error that Elasticsearch gives with a status.
func kindOf(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "document_parsing_exception"
	case http.StatusUnauthorized:
		return "security_exception"
	case http.StatusForbidden:
		return "cluster_block_exception"
	case http.StatusTooManyRequests:
		return "es_rejected_execution_exception"
	case http.StatusServiceUnavailable:
		return "unavailable_shards_exception"
	}
	return "scripted"
}

// refusal is the body of a request that was refused as a whole.
func refusal(a *Answer) []byte {
	kind := a.Kind
	if kind == "" {
		kind = kindOf(a.Status)
	}
	return fmt.Appendf(nil, `{"error":{"type":%q,"reason":"scripted"},"status":%d}`, kind, a.Status)
}

// refusedItem is an item that failed.
func refusedItem(op string, status int) json.RawMessage {
	return fmt.Appendf(nil, `{%q:{"status":%d,"error":{"type":%q,"reason":"scripted"}}}`, op, status, kindOf(status))
}
