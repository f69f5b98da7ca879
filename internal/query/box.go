package query

import (
	"math"
	"strconv"
	"strings"

	"sluice/internal/problem"
	"sluice/schemas"
)

// What a live stream may be about.
const (
	topicPositions = "positions"
	topicLevels    = "levels"
)

// topics are what a live stream is about.
type topics struct{ positions, levels bool }

// liveTopics reads topics: positions, levels where the installation has them, or both.
func (p *params) liveTopics(levels bool) topics {
	const name = "topics"
	const must = "must be " + topicPositions + ", " + topicLevels + " or both with a comma between"
	text := p.values.Get(name)
	if text == "" {
		p.complain(name, schemas.CodeMissing, must)
		return topics{}
	}
	var wanted topics
	for topic := range strings.SplitSeq(text, ",") {
		switch {
		case topic == topicPositions:
			wanted.positions = true
		case topic == topicLevels && levels:
			wanted.levels = true
		case topic == topicLevels, topic == "alarms":
			p.complain(name, problem.CodeNotOffered, topic+" are not offered yet")
			return topics{}
		default:
			p.complain(name, schemas.CodeUnknownEnum, must)
			return topics{}
		}
	}
	return wanted
}

// liveBox reads the area of a stream that has positions; any other has none.
func (p *params) liveBox(wanted topics, maxDegrees float64) schemas.Box {
	if wanted.levels && !wanted.positions {
		if p.values.Get("bbox") != "" {
			p.complain("bbox", problem.CodeUnknownParameter, "is for positions: levels have no place")
		}
		return schemas.Box{}
	}
	return p.bbox(maxDegrees)
}

// bbox reads an area: west,south,east,north as in GeoJSON, in degrees. West above east
// crosses the antimeridian.
func (p *params) bbox(maxDegrees float64) schemas.Box {
	const name = "bbox"
	const must = "must be west,south,east,north in degrees"
	text := p.values.Get(name)
	if text == "" {
		p.complain(name, schemas.CodeMissing, must)
		return schemas.Box{}
	}
	parts := strings.SplitN(text, ",", 5)
	if len(parts) != 4 {
		p.complain(name, schemas.CodeWrongType, must)
		return schemas.Box{}
	}
	var edges [4]float64
	for i, part := range parts {
		value, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(value) {
			p.complain(name, schemas.CodeWrongType, must)
			return schemas.Box{}
		}
		edges[i] = value
	}
	box := schemas.Box{West: edges[0], South: edges[1], East: edges[2], North: edges[3]}
	p.checkBox(name, box, maxDegrees)
	return box
}

func (p *params) checkBox(name string, box schemas.Box, maxDegrees float64) {
	width := box.East - box.West
	if width < 0 {
		width += 360
	}
	height := box.North - box.South
	switch {
	case math.Abs(box.West) > 180, math.Abs(box.East) > 180, math.Abs(box.South) > 90, math.Abs(box.North) > 90:
		p.complain(name, schemas.CodeOutOfRange, "west and east must be from -180 to 180, south and north from -90 to 90")
	case height <= 0:
		p.complain(name, schemas.CodeOutOfRange, "south must be below north")
	case width == 0:
		p.complain(name, schemas.CodeOutOfRange, "west and east must differ")
	case width > maxDegrees, height > maxDegrees:
		p.complain(name, schemas.CodeOutOfRange, "must be at most "+plain(maxDegrees)+" degrees wide and high")
	}
}
