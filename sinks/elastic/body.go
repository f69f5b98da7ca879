package elastic

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"sluice/pipelines"
)

// maxIDBytes is Elasticsearch's own limit: one longer id makes it refuse the whole request.
const maxIDBytes = 512

// actionBytes is what an action line weighs beside its index and id, at most.
const actionBytes = len(`{"index":{"_index":"","_id":"","if_seq_no":`) + 2*len(`9223372036854775807`) + len(`,"if_primary_term":}}`) + 2

// unfit says why a write can never be sent, "" when it can. Each of these would spoil the
// whole request, and its neighbours with it.
func (s *Sink) unfit(w *pipelines.Write) string {
	switch {
	case len(w.Key) == 0:
		return "no_id"
	case len(w.Key) > maxIDBytes:
		return "id_too_long"
	case !utf8.Valid(w.Key):
		return "bad_id"
	case len(w.Body) == 0:
		return "empty_body"
	case bytes.IndexByte(w.Body, '\n') >= 0:
		return "newline_in_body"
	case s.weight(w) > s.cfg.MaxBodyBytes:
		return "too_large"
	}
	return ""
}

// weight is how many bytes of a bulk body the write takes, escapes aside.
func (s *Sink) weight(w *pipelines.Write) int {
	return actionBytes + len(s.cfg.IndexPrefix) + len(w.Target) + len(w.Key) + len(w.Body)
}

// guard is what a merged document was merged into: nothing, or the very document that is replaced.
type guard struct {
	held      bool
	seq, term int64 // its place in the history of its shard
}

// appendWrite appends the two lines of a write; g is nil unless its document was merged.
func (s *Sink) appendWrite(body []byte, w *pipelines.Write, g *guard) []byte {
	guarded := g != nil && g.held
	if w.Version > 0 || guarded {
		body = append(body, `{"index":{"_index":"`...)
	} else {
		body = append(body, `{"create":{"_index":"`...)
	}
	body = append(body, s.cfg.IndexPrefix...)
	body = appendText(body, w.Target)
	body = append(body, `","_id":"`...)
	body = appendText(body, w.Key)
	switch {
	case guarded:
		body = strconv.AppendInt(append(body, `","if_seq_no":`...), g.seq, 10)
		body = strconv.AppendInt(append(body, `,"if_primary_term":`...), g.term, 10)
		body = append(body, `}}`...)
	case w.Version > 0:
		body = append(body, `","version":`...)
		body = strconv.AppendInt(body, w.Version, 10)
		body = append(body, `,"version_type":"external"}}`...)
	default:
		body = append(body, `"}}`...)
	}
	body = append(body, '\n')
	body = append(body, w.Body...)
	return append(body, '\n')
}

// appendText appends the inside of a JSON string. Valid UTF-8 stays as it is; only quotes,
// backslashes and control characters need an escape.
func appendText[T string | []byte](dst []byte, text T) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' {
			return appendEscaped(append(dst, text[:i]...), text[i:])
		}
	}
	return append(dst, text...)
}

func appendEscaped[T string | []byte](dst []byte, text T) []byte {
	const hex = "0123456789abcdef"
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
