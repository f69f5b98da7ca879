package elastic

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"sluice/schemas"
)

// Track returns one page of a driver's pings in time order. Within one ms they are in the
// order of the device's clock, then of the app's counter: with the driver that is a ping's
// whole identity, so no page repeats or skips one. A ping that arrives late, behind the
// cursor, is not in the pages that follow.
func (r *Reader) Track(ctx context.Context, q schemas.TrackQuery) (schemas.Track, error) {
	limit := min(q.Limit, maxWindow-1)
	search := trackSearch(q, limit+1)
	if q.Cursor != "" {
		after, err := schemas.ParseTrackStep(q.Cursor)
		if err != nil || after[0] < q.From || after[0] >= q.To {
			return schemas.Track{}, fmt.Errorf("reading track: %w", schemas.ErrBadCursor)
		}
		search["search_after"] = after
	}
	// No ping of any day yet is an empty track.
	hits, err := r.search(ctx, esapi.SearchRequest{Index: []string{r.pings}, IgnoreUnavailable: new(true)}, search)
	if err != nil {
		return schemas.Track{}, fmt.Errorf("reading track: %w", err)
	}
	track := schemas.Track{Points: make([]schemas.Position, 0, min(len(hits), limit))}
	for i := range hits[:min(len(hits), limit)] {
		track.Points = append(track.Points, hits[i].Source)
	}
	if len(hits) > limit {
		track.Next, err = cursorOf(hits[limit-1])
	}
	return track, err
}

func trackSearch(q schemas.TrackQuery, size int) object {
	return object{
		"size": size, "track_total_hits": false,
		"query": object{"bool": object{"filter": []object{
			{"term": object{"driverId": q.DriverID}},
			{"range": object{"ts": object{"gte": q.From, "lt": q.To}}},
		}}},
		"sort": []object{
			{"ts": object{"order": "asc"}},
			{"deviceTs": object{"order": "asc", "missing": 0}},
			{"seq": object{"order": "asc", "missing": -1}},
		},
	}
}

func cursorOf(last hit) (string, error) {
	var at schemas.TrackStep
	if len(last.Sort) != len(at) {
		return "", fmt.Errorf("reading track: %w: a hit without its place", schemas.ErrUnavailable)
	}
	for i, raw := range last.Sort {
		if json.Unmarshal(raw, &at[i]) != nil {
			return "", fmt.Errorf("reading track: %w: a hit without its place", schemas.ErrUnavailable)
		}
	}
	return at.Cursor(), nil
}
