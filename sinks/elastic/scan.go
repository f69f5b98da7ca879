package elastic

import "bytes"

// scanner reads a bulk answer exactly as Elasticsearch writes it under our filter: known
// names in any order, no white space. Whatever is different makes it give up, and the
// general decoder takes over: it is never more lenient than that one.
type scanner struct {
	b []byte
	i int
}

// The answers of accepted items, recognised whole.
const (
	indexed = `{"index":{"status":200}}`
	created = `{"create":{"status":201}}`
	renewed = `{"index":{"status":201}}`
)

// reply reads the outer object.
func (s *scanner) reply(items []item) ([]item, bool) {
	if !s.lit(`{"errors":`) || !s.lit("true") && !s.lit("false") {
		return nil, false
	}
	if s.lit(`,"took":`) {
		if _, ok := s.number(); !ok {
			return nil, false
		}
	}
	if !s.lit(`,"items":[`) {
		return nil, false
	}
	if s.lit(`]}`) {
		return items, s.i == len(s.b)
	}
	for {
		it, ok := s.item()
		if !ok {
			return nil, false
		}
		items = append(items, it)
		if s.lit(`,`) {
			continue
		}
		return items, s.lit(`]}`) && s.i == len(s.b)
	}
}

// item reads one element of items.
func (s *scanner) item() (item, bool) {
	if s.lit(indexed) {
		return item{status: 200}, true
	}
	if s.lit(created) || s.lit(renewed) {
		return item{status: 201}, true
	}
	if !s.lit(`{"index":{"status":`) && !s.lit(`{"create":{"status":`) {
		return item{}, false
	}
	status, ok := s.number()
	if !ok {
		return item{}, false
	}
	it := item{status: status}
	if s.lit(`,"error":{"type":`) {
		if it.kind, ok = s.text(); !ok {
			return item{}, false
		}
		if s.lit(`,"reason":`) {
			if it.detail, ok = s.text(); !ok {
				return item{}, false
			}
		}
		if !s.lit(`}`) {
			return item{}, false
		}
	}
	return it, s.lit(`}}`)
}

// lit passes over the text when it is next.
func (s *scanner) lit(text string) bool {
	if len(s.b)-s.i < len(text) || string(s.b[s.i:s.i+len(text)]) != text {
		return false
	}
	s.i += len(text)
	return true
}

// number reads a whole number of at most nine digits, as JSON writes it.
func (s *scanner) number() (int, bool) {
	const most = 9
	start, n := s.i, 0
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' && s.i-start < most {
		n = n*10 + int(s.b[s.i]-'0')
		s.i++
	}
	digits := s.i - start
	return n, digits > 0 && (digits == 1 || s.b[start] != '0')
}

// text reads a string of printable ASCII without escapes; any other is left to the
// general decoder.
func (s *scanner) text() ([]byte, bool) {
	if !s.lit(`"`) {
		return nil, false
	}
	end := bytes.IndexByte(s.b[s.i:], '"')
	if end < 0 {
		return nil, false
	}
	raw := s.b[s.i : s.i+end]
	for _, c := range raw {
		if c < ' ' || c > '~' || c == '\\' {
			return nil, false
		}
	}
	s.i += end + 1
	return raw, true
}
