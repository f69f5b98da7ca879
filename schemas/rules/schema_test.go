package rules

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// schema is levels.schema.json, which keeps to what OpenAPI knows of JSON Schema.
func schema(t *testing.T) *openapi3.Schema {
	t.Helper()
	s := openapi3.NewSchema()
	if err := json.Unmarshal(Schema(), s); err != nil {
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
