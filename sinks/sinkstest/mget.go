package sinkstest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Meanwhile sets what happens between each multi-get and its answer: another writer's chance. nil ends it.
func (s *Scripted) Meanwhile(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.meanwhile = do
}

// Put stores a document behind everybody's back.
func (s *Scripted) Put(index, id string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.docs[index] == nil {
		s.docs[index] = map[string]Doc{}
	}
	s.seq++
	s.docs[index][id] = Doc{Version: s.docs[index][id].Version + 1, Seq: s.seq, Body: body}
}

// multiGet answers for each address, as the filter leaves it.
func (s *Scripted) multiGet(w http.ResponseWriter, body []byte) {
	var asked struct {
		Docs []action `json:"docs"`
	}
	if json.Unmarshal(body, &asked) != nil || len(asked.Docs) == 0 {
		w.WriteHeader(http.StatusBadRequest)
		s.write(w, failure("action_request_validation_exception", "no documents to get", http.StatusBadRequest))
		return
	}
	s.mu.Lock()
	answers := make([]string, len(asked.Docs))
	for i, a := range asked.Docs {
		doc, there := s.docs[a.Index][a.ID]
		switch {
		case s.docs[a.Index] == nil:
			answers[i] = `{"error":{"type":"index_not_found_exception"}}`
		case !there:
			answers[i] = `{"found":false}`
		default:
			answers[i] = fmt.Sprintf(`{"_seq_no":%d,"_primary_term":1,"found":true,"_source":%s}`, doc.Seq, doc.Body)
		}
	}
	meanwhile := s.meanwhile
	s.mu.Unlock()
	if meanwhile != nil {
		meanwhile()
	}
	s.write(w, `{"docs":[`+strings.Join(answers, ",")+`]}`)
}
