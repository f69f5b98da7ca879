package elastic

import (
	"context"
	"fmt"
	"net/http"

	"sluice/pipelines"
)

// Sees reports whether a search, not a get, finds a write or a newer version of it now: what
// was written since the last refresh it does not find.
func (r *Reader) Sees(ctx context.Context, w pipelines.Write) (bool, error) {
	var reply struct {
		Hits struct {
			Hits []struct {
				Version int64 `json:"_version"`
			} `json:"hits"`
		} `json:"hits"`
	}
	query := object{
		"size": 1, "version": true, "track_total_hits": false, "_source": false,
		"query": object{"ids": object{"values": []string{string(w.Key)}}},
	}
	path := "/" + r.client.cfg.IndexPrefix + w.Target + "/_search?filter_path=hits.hits._version"
	if err := r.client.ask(ctx, http.MethodPost, path, query, &reply); err != nil {
		return false, fmt.Errorf("looking for a write: %w", err)
	}
	return len(reply.Hits.Hits) > 0 && reply.Hits.Hits[0].Version >= w.Version, nil
}
