package elastic

import (
	"testing"
	"time"

	"sluice/schemas"
	"sluice/sinks/sinkstest"
)

func TestDocumentsOnElasticsearch(t *testing.T) {
	sinkstest.TestDocuments(t, func(t *testing.T) sinkstest.Holdings {
		cfg := onReal(t)
		prepare(t, cfg, schemas.TemplateOptions{Shards: 1, Refresh: time.Minute})
		return sinkstest.Holdings{Sink: newSink(t, cfg), Documents: newReader(t, cfg)}
	})
}
