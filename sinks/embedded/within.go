package embedded

import (
	"context"
	"fmt"
	"strings"

	"sluice/schemas"
)

// Within returns the positions of a box whose event time is Since or later, oldest first
// (ties by driver id), at most Limit and at most 10,000: whoever got a full page goes on from the last one's
// time. Offline drivers are among them: that they went is news.
func (s *Store) Within(ctx context.Context, q schemas.WithinQuery) ([]schemas.Position, error) {
	q.Limit = min(q.Limit, maxPage)
	search := area{q: q, found: heap[*driver]{before: func(a, b *driver) bool { return b.earlier(a) }}}
	if err := search.run(ctx, s.drivers.places()); err != nil {
		return nil, fmt.Errorf("searching positions in a box: %w", err)
	}
	found := make([]schemas.Position, len(search.found.items))
	for i := len(found) - 1; i >= 0; i-- {
		found[i] = search.found.pop().position()
	}
	return found, nil
}

// area searches a tree for the drivers of a box.
type area struct {
	q      schemas.WithinQuery
	found  heap[*driver] // the latest first
	looked int
}

func (d *driver) earlier(than *driver) bool {
	if d.ts != than.ts {
		return d.ts < than.ts
	}
	return strings.Compare(d.id, than.id) < 0
}

func (s *area) run(ctx context.Context, root *node) error {
	if root == nil || s.q.Limit < 1 {
		return nil
	}
	return s.walk(ctx, root, cell{})
}

func (s *area) walk(ctx context.Context, n *node, c cell) error {
	if s.looked++; s.looked%nodesPerCheck == 0 && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if n.kids == nil {
		s.look(n.drivers)
		return nil
	}
	for i, kid := range n.kids {
		if kid == nil {
			continue
		}
		if at := c.kid(i); touches(s.q.Box, at.box()) {
			if err := s.walk(ctx, kid, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// look takes the drivers of a leaf who are in the box.
func (s *area) look(drivers []*driver) {
	for _, d := range drivers {
		switch {
		case d.ts < s.q.Since || !s.q.Box.Contains(d.lat, d.lon):
		case len(s.found.items) < s.q.Limit:
			s.found.push(d)
		case d.earlier(s.found.items[0]):
			s.found.replaceTop(d)
		}
	}
}

// touches reports whether a box and a cell's box may have a point in common.
func touches(b, c schemas.Box) bool {
	if c.North < b.South-slackDegrees || c.South > b.North+slackDegrees {
		return false
	}
	eastOfWest, westOfEast := c.East >= b.West-slackDegrees, c.West <= b.East+slackDegrees
	if b.West <= b.East {
		return eastOfWest && westOfEast
	}
	return eastOfWest || westOfEast
}
