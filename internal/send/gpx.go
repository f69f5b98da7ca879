package send

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// GPX reads the track points of a GPX 1.0 or 1.1 file; way points and routes are skipped.
type GPX struct {
	xml    *xml.Decoder
	driver string
	out    object
}

// point is a trkpt. GPX 1.0 has speed (m/s) and course in the point, 1.1 in extensions of many dialects.
type point struct {
	Lat        string     `xml:"lat,attr"`
	Lon        string     `xml:"lon,attr"`
	Time       string     `xml:"time"`
	Speed      string     `xml:"speed"`
	Course     string     `xml:"course"`
	Extensions extensions `xml:"extensions"`
}

type extensions struct {
	Speed  string `xml:"speed"`
	Course string `xml:"course"`
	Track  struct {
		Speed  string `xml:"speed"`
		Course string `xml:"course"`
	} `xml:"TrackPointExtension"`
}

// NewGPX reads the points of one driver, which a GPX file does not name.
func NewGPX(r io.Reader, driver string) (*GPX, error) {
	if driver == "" {
		return nil, errors.New("reading GPX: the driver's id is needed: name it with --driver")
	}
	return &GPX{xml: xml.NewDecoder(r), driver: driver}, nil
}

// Next reads up to the end of the next point.
func (g *GPX) Next() (Record, error) {
	for {
		token, err := g.xml.Token()
		if errors.Is(err, io.EOF) {
			return Record{}, io.EOF
		}
		if err != nil {
			return Record{}, fmt.Errorf("reading GPX: %w", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "trkpt" {
			continue
		}
		var p point
		if err := g.xml.DecodeElement(&p, &start); err != nil {
			return Record{}, fmt.Errorf("reading GPX: %w", err)
		}
		return g.record(&p), nil
	}
}

func (g *GPX) record(p *point) Record {
	g.out.open()
	g.out.text("driverId", g.driver)
	if p.Time != "" {
		g.out.stamp("ts", p.Time)
	}
	for _, n := range []struct{ name, value string }{
		{"lat", p.Lat},
		{"lon", p.Lon},
		{"speed", first(p.Speed, p.Extensions.Speed, p.Extensions.Track.Speed)},
		{"heading", first(p.Course, p.Extensions.Course, p.Extensions.Track.Course)},
	} {
		if n.value != "" {
			g.out.number(n.name, n.value)
		}
	}
	return g.out.close()
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
