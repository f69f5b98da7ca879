package elastic

import (
	"testing"

	"sluice/pipelines"
)

func TestJudge(t *testing.T) {
	const flood = "index [p] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];"
	for _, c := range []struct {
		status       int
		kind, detail string
		create       bool
		want         pipelines.Verdict
		reason       string
	}{
		{200, "", "", false, pipelines.Stored, ""},
		{201, "", "", true, pipelines.Stored, ""},
		{409, "version_conflict_engine_exception", "", true, pipelines.Duplicate, "exists"},
		{409, "version_conflict_engine_exception", "", false, pipelines.Stale, "version_conflict"},
		{429, "es_rejected_execution_exception", "", false, pipelines.Retry, "too_many_requests"},
		{429, "circuit_breaking_exception", "", false, pipelines.Retry, "too_many_requests"},
		{429, "cluster_block_exception", flood, false, pipelines.Retry, "disk_full"},
		{403, "cluster_block_exception", "index [p] blocked by: [FORBIDDEN/12/index read-only / allow delete (api)];", false, pipelines.Retry, "disk_full"},
		{403, "cluster_block_exception", "index [p] blocked by: [FORBIDDEN/8/index write (api)];", false, pipelines.Refused, "index_blocked"},
		{503, "cluster_block_exception", "blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized];", false, pipelines.Retry, "cluster_blocked"},
		{401, "security_exception", "", false, pipelines.Refused, "security_exception"},
		{401, "", "", false, pipelines.Refused, "unauthorized"},
		{403, "security_exception", "", true, pipelines.Refused, "security_exception"},
		{404, "index_not_found_exception", "", true, pipelines.Refused, "index_not_found_exception"},
		{404, "", "", true, pipelines.Refused, "not_found"},
		{413, "", "", false, pipelines.Poison, "too_large"},
		{400, "document_parsing_exception", "", true, pipelines.Poison, "document_parsing_exception"},
		{400, "mapper_parsing_exception", "", true, pipelines.Poison, "mapper_parsing_exception"},
		{400, "strict_dynamic_mapping_exception", "", true, pipelines.Poison, "strict_dynamic_mapping_exception"},
		{400, "illegal_argument_exception", "Document contains at least one immense term", true, pipelines.Poison, "illegal_argument_exception"},
		{400, "illegal_argument_exception", "no write index is defined for alias [pings]", true, pipelines.Refused, "illegal_argument_exception"},
		{400, "validation_exception", "this action would add [2] shards", true, pipelines.Refused, "validation_exception"},
		{400, "index_closed_exception", "closed", true, pipelines.Refused, "index_closed_exception"},
		{400, "invalid_index_name_exception", "", true, pipelines.Refused, "invalid_index_name_exception"},
		{400, "Bad Type {\"x\"}", "", true, pipelines.Poison, "unknown_error"},
		{400, "", "", true, pipelines.Retry, "unknown_answer"},
		{500, "", "", false, pipelines.Retry, "server_error"},
		{503, "unavailable_shards_exception", "", false, pipelines.Retry, "unavailable_shards_exception"},
		{503, "", "", false, pipelines.Retry, "unavailable"},
		{0, "", "", false, pipelines.Retry, "unknown_answer"},
		{302, "", "", false, pipelines.Retry, "unknown_answer"},
		{418, "teapot", "", false, pipelines.Retry, "unknown_answer"},
	} {
		got, reason := judge(c.status, []byte(c.kind), []byte(c.detail), c.create)
		if got != c.want || reason != c.reason {
			t.Errorf("%d %s %q: %v %q, want %v %q", c.status, c.kind, c.detail, got, reason, c.want, c.reason)
		}
	}
}
