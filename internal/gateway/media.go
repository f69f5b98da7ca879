package gateway

import (
	"mime"
	"net/http"
	"strings"

	"sluice/internal/problem"
)

// form is how a body holds its records.
type form uint8

const (
	formJSON  form = iota // one object, or an array
	formLines             // one object per line
)

// coding is how a body is compressed.
type coding uint8

const (
	codingNone coding = iota
	codingGzip
	codingZstd
)

// mediaOf reads what the headers say of the body. A body without a Content-Type is
// refused like any other unknown one: a page of another site can send that without asking.
func mediaOf(h http.Header) (form, coding, *problem.Problem) {
	f, ok := formOf(h.Get("Content-Type"))
	if !ok {
		return 0, 0, &problem.Problem{
			Status: http.StatusUnsupportedMediaType, Code: problem.CodeUnsupportedMedia,
			Detail: "Content-Type must be application/json or application/x-ndjson, in UTF-8",
		}
	}
	c, ok := codingOf(h.Values("Content-Encoding"))
	if !ok {
		return 0, 0, &problem.Problem{
			Status: http.StatusUnsupportedMediaType, Code: problem.CodeUnsupportedCode,
			Detail: "Content-Encoding must be gzip, zstd, identity or absent",
		}
	}
	return f, c, nil
}

func formOf(contentType string) (form, bool) {
	switch contentType { // what nearly every client sends, without parsing
	case "application/json":
		return formJSON, true
	case "application/x-ndjson":
		return formLines, true
	}
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return 0, false
	}
	if charset, given := params["charset"]; given && !strings.EqualFold(charset, "utf-8") {
		return 0, false
	}
	switch media {
	case "application/json":
		return formJSON, true
	case "application/x-ndjson":
		return formLines, true
	}
	return 0, false
}

func codingOf(values []string) (coding, bool) {
	if len(values) == 0 {
		return codingNone, true
	}
	if len(values) > 1 {
		return 0, false
	}
	switch strings.ToLower(strings.TrimSpace(values[0])) {
	case "", "identity":
		return codingNone, true
	case "gzip":
		return codingGzip, true
	case "zstd":
		return codingZstd, true
	}
	return 0, false
}
