package elastic

import (
	"context"
	"fmt"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"sluice/schemas"
)

// padDegrees widens the box of the search by more than the rounding of stored coordinates;
// the exact ones decide.
const padDegrees = 1e-6

// Within returns the positions of a box whose event time is Since or later, oldest first
// (ties by driver id), at most Limit: whoever got a full page goes on from the last one's time.
// Offline drivers are among them: that they went is news.
func (r *Reader) Within(ctx context.Context, q schemas.WithinQuery) ([]schemas.Position, error) {
	limit := min(q.Limit, maxWindow-spareHits)
	hits, err := r.search(ctx, esapi.SearchRequest{Index: []string{r.positions}}, withinSearch(q, limit+spareHits))
	if err != nil {
		return nil, fmt.Errorf("searching positions in a box: %w", err)
	}
	found := make([]schemas.Position, 0, min(len(hits), limit))
	for i := range hits {
		if p := hits[i].Source; len(found) < limit && p.TS >= q.Since && q.Box.Contains(p.Lat, p.Lon) {
			found = append(found, p)
		}
	}
	return found, nil
}

func withinSearch(q schemas.WithinQuery, size int) object {
	b := padded(q.Box)
	return object{
		"size": size, "track_total_hits": false,
		"query": object{"bool": object{"filter": []object{
			{"geo_bounding_box": object{"location": object{
				"top_left":     object{"lat": b.North, "lon": b.West},
				"bottom_right": object{"lat": b.South, "lon": b.East},
			}}},
			{"range": object{"ts": object{"gte": q.Since}}},
		}}},
		"sort": []object{{"ts": "asc"}, {"driverId": "asc"}},
	}
}

// padded widens a box on all sides, and makes it a whole ring where that closes it.
func padded(b schemas.Box) schemas.Box {
	wide := schemas.Box{South: max(b.South-padDegrees, -90), North: min(b.North+padDegrees, 90)}
	crosses := b.West > b.East
	wide.West, wide.East = b.West-padDegrees, b.East+padDegrees
	switch {
	case crosses && wide.West <= wide.East, !crosses && wide.East-wide.West >= 360:
		wide.West, wide.East = -180, 180
	default:
		wide.West, wide.East = turned(wide.West), turned(wide.East)
	}
	return wide
}

// turned brings a longitude that padding pushed over the antimeridian back into range.
func turned(lon float64) float64 {
	switch {
	case lon < -180:
		return lon + 360
	case lon > 180:
		return lon - 360
	}
	return lon
}
