package elastic

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"sluice/pipelines"
	"sluice/schemas"
)

// Sees reports whether a search, not a get, finds a write or a newer version of it now: what
// was written since the last refresh it does not find. Of an order it finds a write when the document that it finds knows
// all that the write says.
func (r *Reader) Sees(ctx context.Context, w pipelines.Write) (bool, error) {
	var reply struct {
		Hits struct {
			Hits []struct {
				Version int64           `json:"_version"`
				Source  json.RawMessage `json:"_source"`
			} `json:"hits"`
		} `json:"hits"`
	}
	merged := schemas.IsOrderIndex(w.Target)
	query := object{
		"size": 1, "version": true, "track_total_hits": false, "_source": merged,
		"query": object{"ids": object{"values": []string{string(w.Key)}}},
	}
	search := esapi.SearchRequest{
		Index: []string{r.client.cfg.IndexPrefix + w.Target}, FilterPath: []string{"hits.hits._version", "hits.hits._source"},
	}
	if err := r.client.find(ctx, search, query, &reply); err != nil {
		return false, fmt.Errorf("looking for a write: %w", err)
	}
	if len(reply.Hits.Hits) == 0 {
		return false, nil
	}
	if merged {
		_, more, err := schemas.MergeOrders(nil, reply.Hits.Hits[0].Source, w.Body)
		return err == nil && !more, err
	}
	return reply.Hits.Hits[0].Version >= w.Version, nil
}
