package elastic

import (
	"bytes"
	"net/http"

	"sluice/pipelines"
)

// judge turns what Elasticsearch said, of one item or of a whole request, into a verdict and its reason. kind is
// the error's type, detail the raw reason text, which decides only where the type does not
// and is never repeated. An answer that nobody foresaw is Retry: waiting loses nothing.
func judge(status int, kind, detail []byte, create bool) (pipelines.Verdict, string) {
	switch {
	case status >= 200 && status < 300:
		return pipelines.Stored, ""
	case string(kind) == "cluster_block_exception":
		return judgeBlock(status, detail)
	case status == http.StatusConflict && create:
		return pipelines.Duplicate, "exists"
	case status == http.StatusConflict:
		return pipelines.Stale, "version_conflict"
	case status == http.StatusTooManyRequests:
		return pipelines.Retry, "too_many_requests"
	case status == http.StatusRequestEntityTooLarge:
		return pipelines.Poison, "too_large"
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound:
		return pipelines.Refused, orStatus(kind, status)
	case status == http.StatusBadRequest && isOurs(kind, detail):
		return pipelines.Refused, word(kind)
	case status == http.StatusBadRequest && len(kind) > 0:
		return pipelines.Poison, word(kind)
	case status >= 500:
		return pipelines.Retry, orStatus(kind, status)
	}
	return pipelines.Retry, "unknown_answer"
}

// judgeBlock tells a full disk, which empties again, from a block that somebody set.
func judgeBlock(status int, detail []byte) (pipelines.Verdict, string) {
	switch {
	case bytes.Contains(detail, []byte("flood-stage")), bytes.Contains(detail, []byte("/12/")):
		return pipelines.Retry, "disk_full"
	case status == http.StatusForbidden:
		return pipelines.Refused, "index_blocked"
	}
	return pipelines.Retry, "cluster_blocked"
}

// isOurs reports whether a 400 is about the cluster or our set-up, not about the document.
func isOurs(kind, detail []byte) bool {
	switch string(kind) {
	case "validation_exception", // no room for another shard
		"index_closed_exception", "invalid_index_name_exception", "invalid_alias_name_exception",
		"action_request_validation_exception", "illegal_state_exception":
		return true
	case "illegal_argument_exception":
		for _, sign := range [...]string{
			"no write index is defined", "has more than one ind", "only write ops with an op_type of create",
			"pipeline with id", "maximum normal shards open",
		} {
			if bytes.Contains(detail, []byte(sign)) {
				return true
			}
		}
	}
	return false
}

// orStatus is the error's type, or the status in words when there is none: a proxy in between answers
// without one.
func orStatus(kind []byte, status int) string {
	if len(kind) > 0 {
		return word(kind)
	}
	switch status {
	case http.StatusUnauthorized:
		return "unauthorized"
	case http.StatusForbidden:
		return "forbidden"
	case http.StatusNotFound:
		return "not_found"
	case http.StatusServiceUnavailable:
		return "unavailable"
	}
	return "server_error"
}

// maxWordBytes bounds a reason: it becomes a metric label.
const maxWordBytes = 64

// word makes an error's type a reason: a constant where it is a known one, so that a storm
// of one kind costs no memory.
func word(kind []byte) string {
	switch string(kind) {
	case "document_parsing_exception":
		return "document_parsing_exception"
	case "mapper_parsing_exception":
		return "mapper_parsing_exception"
	case "strict_dynamic_mapping_exception":
		return "strict_dynamic_mapping_exception"
	case "illegal_argument_exception":
		return "illegal_argument_exception"
	case "unavailable_shards_exception":
		return "unavailable_shards_exception"
	case "index_not_found_exception":
		return "index_not_found_exception"
	}
	if len(kind) > maxWordBytes || len(bytes.Trim(kind, "abcdefghijklmnopqrstuvwxyz_")) > 0 {
		return "unknown_error"
	}
	return string(kind)
}
