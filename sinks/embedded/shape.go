package embedded

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"sluice/schemas"
)

// kind is what the value of a field must look like.
type kind uint8

const (
	kindText    kind = iota + 1 // a string
	kindInteger                 // a whole number of 64 bits
	kindNumber                  // a finite number
	kindPoint                   // [longitude, latitude] in degrees
)

// field is one field that a document may have.
type field struct {
	kind kind
	bit  uint64 // its own, to notice a name that comes twice
}

// shape is every field that the documents of a family may have, by name.
type shape map[string]field

// family is a kind of targets: one index of Elasticsearch, or one per day or month.
type family struct {
	name     string // of the target, or what the names of its days or months begin with
	daily    bool   // one target per UTC day
	monthly  bool   // one target per UTC month
	versions bool   // newest wins; else a key is created once
	drivers  bool   // its documents are positions, to be looked up by place
	orders   bool   // its documents are orders, merged from what is written
	shape    shape
}

// families are what the schemas name. The shapes are read from the index templates: a field
// that Elasticsearch learns is known here by the same change.
func families() ([]family, error) {
	templates, err := schemas.Templates("", schemas.TemplateOptions{Shards: 1, Refresh: time.Second})
	if err != nil {
		return nil, fmt.Errorf("reading the schemas: %w", err)
	}
	found := make([]family, 0, len(templates))
	for i := range templates {
		f, err := familyOf(templates[i])
		if err != nil {
			return nil, fmt.Errorf("reading template %s: %w", templates[i].Name, err)
		}
		found = append(found, f)
	}
	return found, nil
}

func familyOf(t schemas.Template) (family, error) {
	var body struct {
		Patterns []string `json:"index_patterns"`
		Template struct {
			Mappings struct {
				Properties map[string]struct {
					Type string `json:"type"`
				} `json:"properties"`
			} `json:"mappings"`
		} `json:"template"`
	}
	if err := json.Unmarshal(t.Body, &body); err != nil {
		return family{}, fmt.Errorf("parsing: %w", err)
	}
	if len(body.Patterns) != 1 {
		return family{}, fmt.Errorf("%d patterns, want one", len(body.Patterns))
	}
	name, several := strings.CutSuffix(body.Patterns[0], "*")
	orders := schemas.IsOrderIndex(name)
	f := family{
		name: name, daily: several && !orders, monthly: several && orders,
		versions: !several, drivers: name == schemas.PositionsIndex, orders: orders, shape: shape{},
	}
	for field, property := range body.Template.Mappings.Properties {
		if err := f.shape.add(field, property.Type); err != nil {
			return family{}, err
		}
	}
	return f, nil
}

// add takes a field by the name of its type in a mapping.
func (s shape) add(name, mapping string) error {
	const most = 64
	var k kind
	switch mapping {
	case "keyword", "text":
		k = kindText
	case "date", "long":
		k = kindInteger
	case "float", "double":
		k = kindNumber
	case "geo_point":
		k = kindPoint
	default:
		return fmt.Errorf("a field of type %q, which this store does not know", mapping)
	}
	if len(s) == most {
		return fmt.Errorf("more than %d fields", most)
	}
	s[name] = field{kind: k, bit: 1 << len(s)}
	return nil
}
