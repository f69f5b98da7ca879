package embedded

import (
	"context"
	"fmt"
	"strings"

	"sluice/schemas"
)

// maxPage is how much one question may return, as with Elasticsearch.
const maxPage = 10_000

// nodesPerCheck is how many nodes a search looks at before it asks whether anybody still waits.
const nodesPerCheck = 256

// Nearby returns the drivers around a point, nearest first (ties by driver id), at most Limit of
// them and at most 10,000, none older than Now - MaxAge, none farther than Radius. It sees every write
// whose result was given, and waits for none.
func (s *Store) Nearby(ctx context.Context, q schemas.NearbyQuery) ([]schemas.Near, error) {
	q.Limit = min(q.Limit, maxPage)
	search := nearest{
		q: q, oldest: q.Now.Add(-q.MaxAge).UnixMilli(),
		open:  heap[branch]{before: func(a, b branch) bool { return a.metres < b.metres }},
		found: heap[candidate]{before: func(a, b candidate) bool { return b.nearer(a) }},
	}
	if err := search.run(ctx, s.drivers.places()); err != nil {
		return nil, fmt.Errorf("searching drivers nearby: %w", err)
	}
	near := make([]schemas.Near, len(search.found.items))
	for i := len(near) - 1; i >= 0; i-- {
		c := search.found.pop()
		near[i] = schemas.Near{Position: c.driver.position(), Distance: c.metres}
	}
	return near, nil
}

// nearest searches a tree from the nearest node outwards, until what is left is too far.
type nearest struct {
	q      schemas.NearbyQuery
	oldest int64
	open   heap[branch]    // the nearest first
	found  heap[candidate] // the farthest first
}

// branch is a node still to be looked at, no driver of which is nearer than so many metres.
type branch struct {
	metres float64
	node   *node
	cell   cell
}

// candidate is a driver who matches, with the distance.
type candidate struct {
	metres float64
	driver *driver
}

func (c candidate) nearer(than candidate) bool {
	if c.metres != than.metres {
		return c.metres < than.metres
	}
	return strings.Compare(c.driver.id, than.driver.id) < 0
}

func (s *nearest) run(ctx context.Context, root *node) error {
	if root == nil || s.q.Limit < 1 {
		return nil
	}
	s.open.push(branch{node: root})
	for looked := 0; len(s.open.items) > 0; looked++ {
		if looked%nodesPerCheck == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		b := s.open.pop()
		if s.tooFar(b.metres) {
			return nil
		}
		if b.node.kids == nil {
			s.look(b.node.drivers)
			continue
		}
		for i, kid := range b.node.kids {
			if kid == nil {
				continue
			}
			c := b.cell.kid(i)
			if metres := metresToBox(s.q.Lat, s.q.Lon, c.box()); !s.tooFar(metres) {
				s.open.push(branch{metres: metres, node: kid, cell: c})
			}
		}
	}
	return nil
}

// tooFar reports whether nobody at this distance or beyond can be in the answer.
func (s *nearest) tooFar(metres float64) bool {
	return metres > s.q.Radius || len(s.found.items) == s.q.Limit && metres > s.found.items[0].metres
}

// look takes the drivers of a leaf who match.
func (s *nearest) look(drivers []*driver) {
	for _, d := range drivers {
		if !s.matches(d) {
			continue
		}
		c := candidate{schemas.Distance(s.q.Lat, s.q.Lon, d.lat, d.lon), d}
		switch {
		case c.metres > s.q.Radius:
		case len(s.found.items) < s.q.Limit:
			s.found.push(c)
		case c.nearer(s.found.items[0]):
			s.found.replaceTop(c)
		}
	}
}

func (s *nearest) matches(d *driver) bool {
	if d.ts < s.oldest {
		return false
	}
	status := valueOf(d.status)
	if s.q.Status == "" && status == schemas.StatusOffline.String() || s.q.Status != "" && status != s.q.Status {
		return false
	}
	return (s.q.Vehicle == "" || valueOf(d.vehicle) == s.q.Vehicle) && (s.q.City == "" || valueOf(d.city) == s.q.City)
}
