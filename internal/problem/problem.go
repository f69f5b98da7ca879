// Package problem writes error answers as RFC 9457 problem documents.
package problem

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"
)

// ContentType is the media type of every error answer.
const ContentType = "application/problem+json"

// The codes of the answers, stable words for programs. Codes of single records and
// parameters (Item) are those of schemas and the last group here.
const (
	CodeUnauthorized     = "unauthorized"
	CodeNotFound         = "not_found"
	CodeMethodNotAllowed = "method_not_allowed"
	CodeTooLarge         = "too_large"          // the body, or the number of records in it
	CodeUnsupportedMedia = "unsupported_media"  // Content-Type
	CodeUnsupportedCode  = "unsupported_coding" // Content-Encoding
	CodeBadEncoding      = "bad_encoding"       // a body that does not decompress
	CodeBadBody          = "bad_body"           // a body that cannot be read or split
	CodeBadHeader        = "bad_header"
	CodeEmpty            = "empty"            // a body without a record
	CodeNothingAccepted  = "nothing_accepted" // every record was rejected; Errors says why
	CodeQuota            = "quota_exceeded"   // of this client
	CodeOverloaded       = "overloaded"       // a limit of this server
	CodeUnavailable      = "unavailable"      // Kafka or the store is away
	CodeRecovering       = "recovering"       // the store reads back what it lost
	CodeTimeout          = "timeout"
	CodeInternal         = "internal"
	CodeBadParameters    = "bad_parameters" // Errors says which and why

	CodeUnknownParameter   = "unknown_parameter"
	CodeDuplicateParameter = "duplicate_parameter"
	CodeBadCursor          = "bad_cursor"
	CodeNotOffered         = "not_offered" // a value that api.md names and this server has not yet
)

// Item is what is wrong with one record of a body, or with one parameter.
type Item struct {
	Index  *int   `json:"index,omitempty"` // place of the record in the body, from 0; nil for a parameter
	Code   string `json:"code"`
	Field  string `json:"field,omitempty"`
	Detail string `json:"detail"`
}

// Problem is an error answer. Detail is one line for a person and never carries what the
// client sent.
type Problem struct {
	Status     int
	Code       string
	Detail     string
	Errors     []Item        // listed when not empty
	Truncated  bool          // Errors does not list all
	Rejected   int           // records refused, of a body; listed when above 0
	RetryAfter time.Duration // above 0: a Retry-After header, in whole seconds rounded up
}

// document is the form on the wire.
type document struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Detail    string `json:"detail"`
	Accepted  *int   `json:"accepted,omitempty"`
	Rejected  *int   `json:"rejected,omitempty"`
	Errors    []Item `json:"errors,omitempty"`
	Truncated bool   `json:"errorsTruncated,omitempty"`
}

// Write answers with p.
func Write(w http.ResponseWriter, p *Problem) {
	doc := document{
		Type: "about:blank", Title: http.StatusText(p.Status), Status: p.Status,
		Code: p.Code, Detail: p.Detail, Errors: p.Errors, Truncated: p.Truncated,
	}
	if p.Rejected > 0 {
		zero := 0
		doc.Accepted, doc.Rejected = &zero, &p.Rejected
	}
	body, err := json.Marshal(doc)
	if err != nil {
		panic("encoding a problem document of plain text and numbers: " + err.Error())
	}
	h := w.Header()
	h.Set("Content-Type", ContentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.FormatInt(int64(math.Ceil(p.RetryAfter.Seconds())), 10))
	}
	w.WriteHeader(p.Status)
	// An error here is a client that has gone: nobody is left to be told.
	_, _ = w.Write(body)
}
