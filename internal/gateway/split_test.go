package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func split(body string, depth int) ([]string, error) {
	var items []string
	err := splitArray([]byte(body), depth, func(item []byte) bool {
		items = append(items, string(item))
		return true
	})
	return items, err
}

func TestSplitArray(t *testing.T) {
	for _, c := range []struct {
		body string
		want []string // nil = an error
	}{
		{`[]`, []string{}},
		{`[ ]`, []string{}},
		{`[{}]`, []string{`{}`}},
		{"[ {\"a\":1} ,\n{\"b\":[1,2]}\t]", []string{`{"a":1}`, `{"b":[1,2]}`}},
		{`[{"a":"]},\"["},{"b":"\\"}]`, []string{`{"a":"]},\"["}`, `{"b":"\\"}`}},
		{`[1,"x",null,[2]]`, []string{`1`, `"x"`, `null`, `[2]`}},
		{`[`, nil},
		{`[{}`, nil},
		{`[{},]`, nil},
		{`[,{}]`, nil},
		{`[{} {}]`, nil},
		{`[{}]x`, nil},
		{`[{}] []`, nil},
		{`[{]}]`, nil},
		{`[{"a]`, nil},
		{`["\`, nil},
		{`[[}]`, nil},
	} {
		got, err := split(c.body, maxDepth)
		if (err == nil) != (c.want != nil) {
			t.Errorf("%s: %v", c.body, err)
			continue
		}
		if err == nil && strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: %q", c.body, got)
		}
	}
}

func TestSplitArrayDepth(t *testing.T) {
	body := func(n int) string { return "[" + strings.Repeat("[", n) + strings.Repeat("]", n) + "]" }
	if _, err := split(body(maxDepth), maxDepth); err != nil {
		t.Error("at the limit:", err)
	}
	if _, err := split(body(maxDepth+1), maxDepth); !errors.Is(err, errDepth) {
		t.Error("above the limit:", err)
	}
}

func TestSplitStops(t *testing.T) {
	n := 0
	stop := func([]byte) bool { n++; return false }
	if err := splitArray([]byte(`[1,2,`), maxDepth, stop); err != nil || n != 1 {
		t.Error("array:", err, n)
	}
	splitLines([]byte("1\n2\n"), stop)
	if n != 2 {
		t.Error("lines:", n)
	}
}

func TestSplitLines(t *testing.T) {
	var got []string
	splitLines([]byte("\n {1}\r\n\t\n{2}\n{3}"), func(item []byte) bool {
		got = append(got, string(item))
		return true
	})
	if strings.Join(got, "|") != "{1}|{2}|{3}" {
		t.Errorf("%q", got)
	}
}

// FuzzSplitArray holds the splitter against encoding/json: it splits every array as that does, and what
// that refuses it refuses too, or hands on an element that is refused for itself.
func FuzzSplitArray(f *testing.F) {
	for _, seed := range []string{`[]`, `[{"a":[1,{"b":"\"]"}]},2]`, `[1 2]`, `[{]}]`, `["\\",""]`, `[-1e5,tru]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		body = trim(body)
		if len(body) == 0 || body[0] != '[' {
			return
		}
		var items [][]byte
		err := splitArray(body, maxDepth, func(item []byte) bool {
			items = append(items, item)
			return true
		})
		var want []json.RawMessage
		if json.Unmarshal(body, &want) == nil {
			compare(t, items, want, err)
			return
		}
		if err != nil {
			return
		}
		for _, item := range items {
			if !json.Valid(item) {
				return
			}
		}
		t.Fatalf("%q is not JSON, and split into %q", body, items)
	})
}

func compare(t *testing.T, items [][]byte, want []json.RawMessage, err error) {
	t.Helper()
	if errors.Is(err, errDepth) {
		return
	}
	if err != nil || len(items) != len(want) {
		t.Fatalf("%v: %d elements, not %d", err, len(items), len(want))
	}
	for i := range items {
		if !bytes.Equal(items[i], want[i]) {
			t.Fatalf("element %d: %q, not %q", i, items[i], want[i])
		}
	}
}

// FuzzEventID holds the finder of eventId against encoding/json, on objects without duplicate keys.
func FuzzEventID(f *testing.F) {
	for _, seed := range []string{`{"eventId":"a"}`, `{"x":{"eventId":"no"},"eventId":"yé\n"}`, `{"a":[1,"eventId"],"eventId":7}`, `{"eventId" : null }`, `{"b":true,"eventId":""}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, object []byte) {
		object = trim(object)
		var want map[string]json.RawMessage
		if json.Unmarshal(object, &want) != nil || want == nil {
			return
		}
		if bytes.Count(object, []byte(`"eventId"`)) != 1 || bytes.IndexByte(object, '\\') >= 0 {
			return // twice or escaped: the decoder before has judged that
		}
		got, err := eventID(object)
		var text string
		switch raw, there := want["eventId"]; {
		case !there, string(raw) == "null":
			if got != nil || err != nil {
				t.Fatalf("%q: %q, %v", object, got, err)
			}
		case json.Unmarshal(raw, &text) != nil || len(raw)-2 > maxEventIDBytes:
			if err == nil {
				t.Fatalf("%q: accepted %q", object, got)
			}
		case err != nil || !bytes.Equal(got, raw[1:len(raw)-1]):
			t.Fatalf("%q: %q, %v, not %s", object, got, err, raw)
		}
	})
}
