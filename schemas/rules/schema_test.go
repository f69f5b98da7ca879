package rules

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// schema is levels.schema.json, which keeps to what OpenAPI knows of JSON Schema.
func schema(t *testing.T) *openapi3.Schema {
	t.Helper()
	file, err := os.ReadFile("levels.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	s := openapi3.NewSchema()
	if err := json.Unmarshal(file, s); err != nil {
		t.Fatal(err)
	}
	return s
}

// tree is a YAML file as the values of JSON.
func tree(t *testing.T, name string) any {
	t.Helper()
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := yaml.Unmarshal(file, &doc); err != nil {
		t.Fatal(err)
	}
	return asJSON(t, doc)
}

func asJSON(t *testing.T, doc any) any {
	t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var again any
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	return again
}

// put sets the value at a path such as levels.1.orders; nil takes it away.
func put(doc any, path string, value any) {
	head, rest, deeper := strings.Cut(path, ".")
	if list, ok := doc.([]any); ok {
		i, err := strconv.Atoi(head)
		if err != nil {
			panic(err)
		}
		if deeper {
			put(list[i], rest, value)
		} else {
			list[i] = value
		}
		return
	}
	object := doc.(map[string]any) // a wrong path fails the test
	switch {
	case deeper:
		put(object[head], rest, value)
	case value == nil:
		delete(object, head)
	default:
		object[head] = value
	}
}

func many(n int, entry func(i int) any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = entry(i)
	}
	return list
}

// change is one edit of a good file, and who refuses it.
type change struct {
	path           string
	value          any
	schema, reader bool
}

// What the schema refuses the reader refuses too; the reader alone compares entries with each other.
func changes() []change {
	const both, only = true, false
	long := strings.Repeat("x", 65)
	word := func(i int) any { return "w" + strconv.Itoa(i) }
	level := func(i int) any { return map[string]any{"name": word(i), "orders": i} }
	list := []change{
		{"version", nil, both, true},
		{"version", "", both, true},
		{"version", "a b", both, true},
		{"version", 2026, both, true},
		{"version", long, both, true},
		{"timeZone", nil, both, true},
		{"timeZone", "", both, true},
		{"timeZone", "Mars/Olympus", only, true},
		{"timeZone", "Local", only, true},
		{"keepMonths", nil, false, false},
		{"keepMonths", 0, false, false},
		{"keepMonths", 11, false, false},
		{"keepMonths", -1, both, true},
		{"keepMonths", 12, both, true},
		{"keepMonths", 1.5, both, true},
		{"keepMonths", "1", both, true},
		{"keepMonth", 1, both, true},
		{"levels", nil, both, true},
		{"levels", []any{}, both, true},
		{"levels", many(maxLevels+1, level), both, true},
		{"levels", "base", both, true},
		{"levels.0.name", nil, both, true},
		{"levels.0.name", "Base", both, true},
		{"levels.0.name", "-base", both, true},
		{"levels.0.name", 5, both, true},
		{"levels.0.orders", 1, only, true},
		{"levels.1.orders", 0, only, true},
		{"levels.1.orders", nil, only, true},
		{"levels.2.orders", maxOrders + 1, both, true},
		{"levels.1.orders", 4.9, both, true},
		{"levels.2.name", "up", only, true},
		{"levels.1.order", 3, both, true},
		{"levels.1.privileges", []any{"a", "a"}, both, true},
		{"levels.1.privileges", []any{"a b"}, both, true},
		{"levels.1.privileges", []any{1}, both, true},
		{"levels.1.privileges", many(maxPrivileges+1, word), both, true},
		{"levels.1.privileges", many(maxPrivileges, word), false, false},
		{"products.0.sku", nil, both, true},
		{"products.0.sku", long, both, true},
		{"products.0.level", nil, both, true},
		{"products.0.level", "tin", only, true},
		{"products.0.level", "base", only, true},
		{"products.0.days", nil, both, true},
		{"products.0.days", 0, both, true},
		{"products.0.days", maxDays + 1, both, true},
		{"products.0.price", 1, both, true},
		{"products", many(maxProducts+1, func(i int) any { return map[string]any{"sku": word(i), "level": "up", "days": 1} }), both, true},
		{"coupons.0.id", nil, both, true},
		{"coupons.0.id", "a:b", both, true},
		{"coupons.0.id", "weekly", only, true},
		{"coupons.0.level", nil, both, true},
		{"coupons.0.sku", "Up.Year_1", both, true},
		{"coupons.0.level", "tin", only, true},
		{"coupons.2.sku", "tin", only, true},
		{"coupons.0.every", nil, both, true},
		{"coupons.0.every", "hour", both, true},
		{"coupons.0.day", 32, both, true},
		{"coupons.0.day", nil, only, true},
		{"coupons.1.day", 8, only, true},
		{"coupons.2.day", 1, only, true},
		{"coupons.0.at", nil, both, true},
		{"coupons.0.at", "9:00", both, true},
		{"coupons.0.at", "24:00", both, true},
		{"coupons.0.quota", nil, false, false},
		{"coupons.0.quota", -1, both, true},
		{"coupons.0.quota", maxQuota + 1, both, true},
		{"coupons.0.until", "x", both, true},
		{"coupons", many(maxCoupons+1, func(i int) any { return map[string]any{"id": word(i), "level": "up", "every": "day", "at": "09:00"} }), both, true},
	}
	for _, name := range []string{"version", "timeZone", "keepMonths", "levels", "products", "coupons"} {
		list = append(list, change{name, json.RawMessage("null"), both, true})
	}
	return list
}

func TestSchemaAndReaderAgree(t *testing.T) {
	s := schema(t)
	for _, name := range []string{"levels.yaml", "testdata/full.yaml"} {
		if err := s.VisitJSON(tree(t, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range changes() {
		doc := tree(t, "testdata/full.yaml")
		put(doc, c.path, c.value)
		doc = asJSON(t, doc)
		file, err := json.Marshal(doc) // which is YAML
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%s = %.40v", c.path, c.value)
		if err := s.VisitJSON(doc); (err != nil) != c.schema {
			t.Errorf("%s: the schema says %v", name, err)
		}
		if _, err := Read(file); (err != nil) != c.reader {
			t.Errorf("%s: the reader says %v", name, err)
		}
	}
}

// The two name the same fields, and the schema's patterns are the reader's.
func TestSchemaHasTheReadersFields(t *testing.T) {
	s := schema(t)
	sameFields(t, "", reflect.TypeFor[Rules](), s)
	level, product, coupon := item(s, "levels"), item(s, "products"), item(s, "coupons")
	for _, p := range []struct {
		of      *openapi3.Schema
		field   string
		pattern string
	}{
		{s, "version", versionPattern}, {level, "name", namePattern}, {product, "sku", skuPattern}, {coupon, "id", skuPattern}, {coupon, "at", clockPattern},
	} {
		if got := p.of.Properties[p.field].Value.Pattern; got != p.pattern {
			t.Errorf("%s: the schema has %s, the reader %s", p.field, got, p.pattern)
		}
	}
}

func item(s *openapi3.Schema, list string) *openapi3.Schema {
	return s.Properties[list].Value.Items.Value
}

func sameFields(t *testing.T, place string, of reflect.Type, s *openapi3.Schema) {
	t.Helper()
	var fields, properties []string
	for f := range of.Fields() {
		if !f.IsExported() {
			continue
		}
		name := f.Tag.Get("yaml")
		fields = append(fields, name)
		if inner := s.Properties[name]; inner != nil && f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct {
			sameFields(t, place+name+".", f.Type.Elem(), inner.Value.Items.Value)
		}
	}
	for name := range s.Properties {
		properties = append(properties, name)
	}
	slices.Sort(fields)
	slices.Sort(properties)
	if !slices.Equal(fields, properties) {
		t.Errorf("%s: the reader knows %v, the schema %v", place, fields, properties)
	}
	if s.AdditionalProperties.Has == nil || *s.AdditionalProperties.Has {
		t.Errorf("%s: the schema lets unknown fields pass", place)
	}
}
