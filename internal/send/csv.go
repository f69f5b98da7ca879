package send

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// field is one of a ping's, with the names under which other programs write it.
type field struct {
	name  string
	kind  fieldKind
	alike []string // lower case, letters and digits only
}

type fieldKind uint8

const (
	textField fieldKind = iota
	numberField
	timeField
)

// fields are in the order in which they are written. A column belongs to the first field that
// knows its name and has none yet.
func fields() []field {
	return []field{
		{"driverId", textField, []string{"driverid", "driver", "vehicleid", "deviceid", "vehicle", "taxiid", "busid", "id"}},
		{"ts", timeField, []string{"ts", "timestamp", "time", "datetime", "gpstime", "eventtime", "at"}},
		{"lat", numberField, []string{"lat", "latitude", "y"}},
		{"lon", numberField, []string{"lon", "lng", "long", "longitude", "x"}},
		{"speed", numberField, []string{"speed", "velocity"}},
		{"heading", numberField, []string{"heading", "bearing", "course", "direction"}},
		{"accuracy", numberField, []string{"accuracy"}},
		{"status", textField, []string{"status"}},
		{"vehicle", textField, []string{"vehicletype", "vehicleclass", "vehicle"}},
		{"city", textField, []string{"city"}},
		{"seq", numberField, []string{"seq", "sequence"}},
		{"datum", textField, []string{"datum"}},
	}
}

// CSV reads a file whose first line names its columns.
type CSV struct {
	csv     *csv.Reader
	columns []int // per field the column, -1 = none
	fields  []field
	out     object
}

// NewCSV reads the header. columns maps fields of a ping to names of columns and goes
// before the names that are known; driverId, ts, lat and lon must be found.
func NewCSV(r io.Reader, columns map[string]string) (*CSV, error) {
	c := &CSV{csv: csv.NewReader(r), fields: fields()}
	c.csv.ReuseRecord = true
	c.csv.TrimLeadingSpace = true
	header, err := c.csv.Read()
	if err != nil {
		return nil, fmt.Errorf("reading the CSV header: %w", err)
	}
	header = slices.Clone(header)
	header[0] = withoutBOM(header[0])
	if err := c.assign(header, columns); err != nil {
		return nil, fmt.Errorf("reading the CSV header: %w", err)
	}
	return c, nil
}

// assign finds the column of each field.
func (c *CSV) assign(header []string, columns map[string]string) error {
	var complaints []error
	taken := make([]bool, len(header))
	c.columns = make([]int, len(c.fields))
	known := map[string]bool{}
	for i, f := range c.fields {
		known[f.name] = true
		c.columns[i] = -1
		column, given := columns[f.name]
		if !given {
			continue
		}
		at := slices.Index(header, column)
		if at < 0 {
			complaints = append(complaints, fmt.Errorf("no column %q for %s; there are %s", column, f.name, strings.Join(header, ", ")))
			continue
		}
		c.columns[i], taken[at] = at, true
	}
	for name := range columns {
		if !known[name] {
			complaints = append(complaints, fmt.Errorf("a ping has no field %q", name))
		}
	}
	c.guess(header, taken)
	for i, f := range c.fields[:4] {
		if c.columns[i] < 0 && columns[f.name] == "" {
			complaints = append(complaints, fmt.Errorf("no column is %s: name it with --col %s=COLUMN; there are %s", f.name, f.name, strings.Join(header, ", ")))
		}
	}
	return errors.Join(complaints...)
}

// guess gives the fields that have no column yet one whose name is known.
func (c *CSV) guess(header []string, taken []bool) {
	for i, f := range c.fields {
		for _, name := range f.alike {
			if c.columns[i] >= 0 {
				break
			}
			for at := range header {
				if !taken[at] && plain(header[at]) == name {
					c.columns[i], taken[at] = at, true
					break
				}
			}
		}
	}
}

func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// Next reads one row; an empty cell is a field that is absent.
func (c *CSV) Next() (Record, error) {
	row, err := c.csv.Read()
	if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
		return Record{}, &Unreadable{Line: int64(wrong.StartLine), Err: wrong.Err}
	}
	if err != nil {
		return Record{}, err
	}
	c.out.open()
	for i, f := range c.fields {
		at := c.columns[i]
		if at < 0 || row[at] == "" {
			continue
		}
		switch f.kind {
		case textField:
			c.out.text(f.name, row[at])
		case numberField:
			c.out.number(f.name, row[at])
		case timeField:
			c.out.stamp(f.name, row[at])
		}
	}
	rec := c.out.close()
	if len(rec.JSON) > maxLineBytes {
		line, _ := c.csv.FieldPos(0)
		return Record{}, &Unreadable{Line: int64(line), Err: errTooLong}
	}
	return rec, nil
}
