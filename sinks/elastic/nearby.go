package elastic

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"sluice/schemas"
)

// How candidates are asked for. Elasticsearch keeps a coordinate in 32 bits (about 1 cm)
// and measures from there; the distance that is told and that decides the order is ours, from the exact
// coordinates. So the search is a little wider and longer than the question.
const (
	slackMetres   = 0.1
	spareHits     = 8
	slackRelative = 1e-9 // of the radius: two ways of rounding

	smallCircle = 3000 // m; the radius that is asked for at once
	widening    = 8    // times the radius when a circle held too few
)

// Nearby returns the drivers around a point, nearest first (ties by driver id), at most Limit of them, none
// older than Now - MaxAge, none farther than Radius.
func (r *Reader) Nearby(ctx context.Context, q schemas.NearbyQuery) ([]schemas.Near, error) {
	whole := q.Radius
	for q.Radius = firstRadius(whole); ; q.Radius *= widening {
		near, err := r.circle(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("searching drivers nearby: %w", err)
		}
		if len(near) >= q.Limit || q.Radius >= whole { // exact: the widening is a power of two
			return near, nil
		}
	}
}

// firstRadius is where to begin: Elasticsearch measures every driver of the circle, and in a town a
// small one holds enough. The whole radius is a small one times a power of the widening.
func firstRadius(whole float64) float64 {
	steps := math.Ceil(math.Log(whole/smallCircle) / math.Log(widening))
	return whole / math.Pow(widening, max(steps, 0))
}

// circle is the whole answer for one radius.
func (r *Reader) circle(ctx context.Context, q schemas.NearbyQuery) ([]schemas.Near, error) {
	for size := min(q.Limit+spareHits, maxWindow); ; size = min(2*size, maxWindow) {
		hits, err := r.search(ctx, esapi.SearchRequest{Index: []string{r.positions}}, nearbySearch(q, size))
		if err != nil {
			return nil, err
		}
		near := rank(q, hits)
		certain, err := settled(near, hits, q.Limit, size)
		if err != nil {
			return nil, err
		}
		if certain {
			return near[:min(len(near), q.Limit)], nil
		}
	}
}

func nearbySearch(q schemas.NearbyQuery, size int) object {
	point := []float64{q.Lon, q.Lat}
	filter := []object{
		{"geo_distance": object{"distance": fmt.Sprintf("%gm", q.Radius*(1+slackRelative)+slackMetres), "location": point}},
		{"range": object{"ts": object{"gte": q.Now.Add(-q.MaxAge).UnixMilli()}}},
	}
	for _, term := range [...][2]string{{"status", q.Status}, {"vehicle", q.Vehicle}, {"city", q.City}} {
		if term[1] != "" {
			filter = append(filter, object{"term": object{term[0]: term[1]}})
		}
	}
	clauses := object{"filter": filter}
	if q.Status == "" {
		clauses["must_not"] = object{"term": object{"status": schemas.StatusOffline.String()}}
	}
	return object{
		"size": size, "track_total_hits": false,
		"query": object{"bool": clauses},
		"sort":  []object{{"_geo_distance": object{"location": point, "order": "asc", "unit": "m"}}, {"driverId": "asc"}},
	}
}

// rank measures the hits exactly, drops what the wider search let in, and sorts.
func rank(q schemas.NearbyQuery, hits []hit) []schemas.Near {
	oldest := q.Now.Add(-q.MaxAge).UnixMilli()
	near := make([]schemas.Near, 0, len(hits))
	for i := range hits {
		p := hits[i].Source
		d := schemas.Distance(q.Lat, q.Lon, p.Lat, p.Lon)
		if d <= q.Radius && p.TS >= oldest {
			near = append(near, schemas.Near{Position: p, Distance: d})
		}
	}
	slices.SortFunc(near, func(a, b schemas.Near) int {
		switch {
		case a.Distance < b.Distance:
			return -1
		case a.Distance > b.Distance:
			return 1
		}
		return strings.Compare(a.DriverID, b.DriverID)
	})
	return near
}

// settled reports whether no driver beyond the hits can belong among the first limit: the
// search had no more, or its last hit is farther than the answer's by more than the slack.
func settled(near []schemas.Near, hits []hit, limit, size int) (bool, error) {
	if len(hits) < size || size == maxWindow {
		return true, nil
	}
	if len(near) < limit {
		return false, nil
	}
	last := hits[len(hits)-1]
	var far float64
	if len(last.Sort) == 0 || json.Unmarshal(last.Sort[0], &far) != nil {
		return false, fmt.Errorf("%w: a hit without its distance", schemas.ErrUnavailable)
	}
	return far > near[limit-1].Distance+slackMetres, nil
}
