package nullbulk

import (
	"bytes"
	"net/http"
	"sync"
)

// answers holds the items of the longest answer so far for each kind of action; a
// shorter one is a prefix of it.
type answers struct {
	mu      sync.Mutex
	created []byte
	indexed []byte
}

type answer struct{ head, items, tail []byte }

const (
	createdItem = `{"create":{"status":201}},`
	indexedItem = `{"index":{"status":200}},`
)

// of is the answer to a body of so many items, all of the kind of its first action.
func (a *answers) of(body []byte, items int) answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	list, item := &a.indexed, indexedItem
	if bytes.HasPrefix(body, []byte(`{"create"`)) {
		list, item = &a.created, createdItem
	}
	for len(*list) < items*len(item) {
		*list = append(*list, item...)
	}
	all := *list
	n := max(items*len(item)-1, 0) // without the last comma
	return answer{head: []byte(`{"errors":false,"took":0,"items":[`), items: all[:n], tail: []byte(`]}`)}
}

func (a answer) writeTo(w http.ResponseWriter) error {
	for _, part := range [][]byte{a.head, a.items, a.tail} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}
