package embedded

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"slices"

	"sluice/schemas"
)

// trackPage collects the points of a page, one more than its limit to know whether that was all.
type trackPage struct {
	q      schemas.TrackQuery
	after  schemas.TrackStep
	points []trackPoint // sorted
}

type trackPoint struct {
	at       schemas.TrackStep
	position schemas.Position
}

// slotsAtOnce is how many slots of a driver are looked up by one query.
const slotsAtOnce = 64

// The slots of a time that hold pings of a driver, one after another: the chain goes from slot to next slot that
// has anybody's pings, so empty times cost nothing.
const slotsQuery = `WITH RECURSIVE chain (slot) AS (
	SELECT min(slot) FROM docs WHERE slot >= ?1
	UNION ALL
	SELECT (SELECT min(slot) FROM docs WHERE slot > chain.slot) FROM chain WHERE chain.slot < ?2
)
SELECT slot FROM chain WHERE slot <= ?2 AND EXISTS (SELECT 1 FROM docs WHERE docs.slot = chain.slot AND name >= ?3 AND name < ?4) LIMIT ?5`

// The pings of a driver in one slot, and those whose event time is not in their key.
const (
	slotQuery  = "SELECT body FROM docs WHERE slot = ?1 AND name >= ?2 AND name < ?3 AND at IS NULL"
	movedQuery = "SELECT body FROM docs INDEXED BY moved WHERE at IS NOT NULL AND name >= ?1 AND name < ?2 AND at >= ?3 AND at < ?4"
)

// read adds a day's points. First come the few whose event time was moved, from all of the day; then
// slot by slot the others, until the page is full and no slot to come can hold an earlier one.
func (p *trackPage) read(ctx context.Context, reads *sql.DB) error {
	first, end := p.names()
	if err := p.collect(ctx, reads, movedQuery, first, end, p.q.From, p.q.To); err != nil {
		return err
	}
	for slot, last := slotOf(p.q.From), slotOf(p.q.To-1); slot <= last; {
		slots, err := slotsOf(ctx, reads, slot, last, first, end)
		if err != nil {
			return err
		}
		for _, slot = range slots {
			if p.fullBefore(slot) {
				return nil
			}
			if err := p.collect(ctx, reads, slotQuery, slot, first, end); err != nil {
				return err
			}
		}
		if len(slots) < slotsAtOnce || slot == math.MaxInt64 {
			return nil
		}
		slot++
	}
	return nil
}

// names are the bounds of a driver's keys: they begin with the id and '-', and '.' is the character after that. A driver
// whose id goes on behind such a dash has keys there too; collect leaves those out.
func (p *trackPage) names() (first, end []byte) {
	return []byte(p.q.DriverID + "-"), []byte(p.q.DriverID + ".")
}

// fullBefore reports whether the page is full of points from before a slot.
func (p *trackPage) fullBefore(slot int64) bool {
	return len(p.points) > p.q.Limit && slotOf(p.points[p.q.Limit].at[0]) < slot
}

// collect adds the points that a query finds, if they belong to the page.
func (p *trackPage) collect(ctx context.Context, reads *sql.DB, query string, args ...any) error {
	rows, err := reads.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	var body sql.RawBytes
	for rows.Next() {
		if err = rows.Scan(&body); err != nil {
			break
		}
		if err = p.add(body); err != nil {
			break
		}
	}
	p.trim()
	return errors.Join(err, rows.Err(), rows.Close())
}

func (p *trackPage) add(body []byte) error {
	var doc struct {
		schemas.Position
		DeviceTS int64 `json:"deviceTs"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return errCorrupt
	}
	at := schemas.TrackStep{doc.TS, doc.DeviceTS, -1}
	if doc.Seq != nil {
		at[2] = *doc.Seq
	}
	if doc.DriverID == p.q.DriverID && doc.TS >= p.q.From && doc.TS < p.q.To && at.Compare(p.after) > 0 {
		p.points = append(p.points, trackPoint{at, doc.Position})
	}
	if len(p.points) > 2*(p.q.Limit+1) {
		p.trim()
	}
	return nil
}

// trim keeps the first points, one more than the limit.
func (p *trackPage) trim() {
	slices.SortFunc(p.points, func(a, b trackPoint) int { return a.at.Compare(b.at) })
	if keep := p.q.Limit + 1; len(p.points) > keep {
		clear(p.points[keep:])
		p.points = p.points[:keep]
	}
}

// track is the page as it is given out.
func (p *trackPage) track() schemas.Track {
	track := schemas.Track{Points: make([]schemas.Position, 0, min(len(p.points), p.q.Limit))}
	for i := range p.points[:min(len(p.points), p.q.Limit)] {
		track.Points = append(track.Points, p.points[i].position)
	}
	if len(p.points) > p.q.Limit && p.q.Limit > 0 {
		track.Next = p.points[p.q.Limit-1].at.Cursor()
	}
	return track
}

func slotsOf(ctx context.Context, reads *sql.DB, from, to int64, first, end []byte) ([]int64, error) {
	rows, err := reads.QueryContext(ctx, slotsQuery, from, to, first, end, slotsAtOnce)
	if err != nil {
		return nil, err
	}
	var slots []int64
	for rows.Next() {
		var slot int64
		if err = rows.Scan(&slot); err != nil {
			break
		}
		slots = append(slots, slot)
	}
	return slots, errors.Join(err, rows.Err(), rows.Close())
}
