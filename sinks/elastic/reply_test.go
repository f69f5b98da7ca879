package elastic

import (
	"bytes"
	"encoding/json"
	"testing"
)

// replies are answers of the real server, and some that it would never give.
func replies() []string {
	return []string{
		`{"errors":false,"items":[{"create":{"status":201}},{"index":{"status":200}},{"index":{"status":201}}]}`,
		`{"errors":false,"took":12,"items":[{"create":{"status":201}}]}`,
		`{"errors":true,"items":[{"index":{"status":409,"error":{"type":"version_conflict_engine_exception","reason":"[a]: version conflict, current version [3] is higher or equal to the one provided [2]"}}}]}`,
		`{"errors":true,"items":[{"create":{"status":400,"error":{"type":"document_parsing_exception","reason":"[1:6] failed. Preview of field's value: 'a\"b'"}}},{"index":{"status":201}}]}`,
		`{"errors":true,"items":[{"create":{"error":{"type":"x","reason":"y"},"status":429}}]}`,
		`{"errors":true,"took":3,"items":[{"create":{"_index":"a","_id":"b","status":400,"error":"plain"}}]}`,
		`{"errors":false,"items":[]}`, `{"items":[{"create":{}}]}`, `{"errors":false}`, `{"errors":false,"items":[{"create":{"status":0201}}]}`,
		` { "items" : [ { "index" : { "status" : 200 } } ] } `, `{"errors":false,"items":[{"create":{"status":201}}`, `[]`, ``,
		`{"errors":false,"items":[{"create":{"status":201}},]}`, `{"errors":false,"items":[{"delete":{"status":200}}]}`,
	}
}

func TestParseReply(t *testing.T) {
	items, err := parseReply([]byte(replies()[3]), nil)
	if err != nil || len(items) != 2 || items[0].status != 400 || string(items[0].kind) != "document_parsing_exception" || items[1].status != 201 {
		t.Errorf("items %+v, %v", items, err)
	}
	for _, bad := range replies()[7:10] {
		if items, err := parseReply([]byte(bad), nil); err == nil {
			t.Errorf("%s is read as %v", bad, items)
		}
	}
	s := scanner{b: []byte(replies()[2])}
	if _, ok := s.reply(nil); !ok {
		t.Error("the scanner does not know a version conflict as Elasticsearch writes it")
	}
}

// FuzzScan holds the scanner to the general decoder: whatever it accepts is JSON, and means the
// same to both.
func FuzzScan(f *testing.F) {
	for _, reply := range replies() {
		f.Add([]byte(reply))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := scanner{b: body}
		fast, ok := s.reply(nil)
		if !ok {
			if items, err := parseReply(body, nil); err == nil && !json.Valid(body) {
				t.Fatalf("%q is not JSON, and read as %v", body, items)
			}
			return
		}
		slow, err := decodeReply(body, nil)
		if err != nil || len(slow) != len(fast) {
			t.Fatalf("%q: scanned %v, decoded %v, %v", body, fast, slow, err)
		}
		for i := range fast {
			if fast[i].status != slow[i].status || !bytes.Equal(fast[i].kind, slow[i].kind) || !bytes.Equal(fast[i].detail, slow[i].detail) {
				t.Fatalf("%q: item %d scanned %v, decoded %v", body, i, fast[i], slow[i])
			}
		}
	})
}

// FuzzAppendText holds the escaping of ids to the general decoder.
func FuzzAppendText(f *testing.F) {
	for _, id := range []string{"", "a", `a"b\c`, "\x00\x1f\x7f", "司机", "\u2028<&>"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		var back string
		text := append(appendText([]byte{'"'}, id), '"')
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%q becomes %s: %v", id, text, err)
		}
		if want := string(bytes.ToValidUTF8([]byte(id), []byte("\ufffd"))); back != id && back != want && !bytes.ContainsRune([]byte(back), '\ufffd') {
			t.Fatalf("%q comes back as %q", id, back)
		}
	})
}
