package elastic

import (
	"encoding/json"
	"errors"
	"fmt"
)

// item is what a bulk answer says of one write.
type item struct {
	status int
	kind   []byte // the error's type, raw; empty when it was accepted
	detail []byte // the error's reason, raw; empty when it was accepted
}

var errBadReply = errors.New("reading bulk answer: not the answer of a bulk request")

// parseReply appends the items of a bulk answer to items. The whole answer is read, also
// when it says that there were no errors: that word is not trusted. The items' bytes lie in body, or in
// memory of their own.
func parseReply(body []byte, items []item) ([]item, error) {
	s := scanner{b: body}
	if scanned, ok := s.reply(items); ok {
		return scanned, nil
	}
	return decodeReply(body, items)
}

// decodeReply reads any JSON form of a bulk answer, slowly.
func decodeReply(body []byte, items []item) ([]item, error) {
	type outcome struct {
		Status *int            `json:"status"`
		Error  json.RawMessage `json:"error"`
	}
	var reply struct {
		Items []struct {
			Index  *outcome `json:"index"`
			Create *outcome `json:"create"`
		} `json:"items"`
	}
	if json.Unmarshal(body, &reply) != nil || reply.Items == nil {
		return nil, errBadReply
	}
	for i := range reply.Items {
		out := reply.Items[i].Index
		if out == nil {
			out = reply.Items[i].Create
		}
		if out == nil || out.Status == nil {
			return nil, fmt.Errorf("%w: item %d has no status", errBadReply, i)
		}
		kind, detail := decodeFailure(out.Error)
		items = append(items, item{status: *out.Status, kind: kind, detail: detail})
	}
	return items, nil
}

// decodeFailure reads an error in its object form; an older server or a proxy may send
// plain text, which is then only a detail.
func decodeFailure(raw json.RawMessage) (kind, detail []byte) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var failure struct {
		Type   string `json:"type"`
		Reason string `json:"reason"`
	}
	if json.Unmarshal(raw, &failure) != nil {
		return nil, raw
	}
	return []byte(failure.Type), []byte(failure.Reason)
}

// decodeRefusal reads the body of an answer that refuses a whole request. A body that
// says nothing readable leaves the status to speak.
func decodeRefusal(body []byte) (kind, detail []byte) {
	var refusal struct {
		Error json.RawMessage `json:"error"`
	}
	if json.Unmarshal(body, &refusal) != nil {
		return nil, nil
	}
	return decodeFailure(refusal.Error)
}
