package rules

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	_ "time/tzdata" // a container may have no time zones of its own, and a level is not to depend on it

	"go.yaml.in/yaml/v3"
)

// MaxFile is the longest rules file, bytes.
const MaxFile = 4 << 20

//go:embed levels.yaml levels.schema.json
var files embed.FS

// DefaultFile is the rules file of an installation that has none of its own.
func DefaultFile() []byte { return part("levels.yaml") }

// Schema is the JSON schema of rules files.
func Schema() []byte { return part("levels.schema.json") }

func part(name string) []byte {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err) // it is part of the binary
	}
	return text
}

// Default is the rules of an installation that has none of its own.
func Default() *Rules {
	r, err := Read(DefaultFile())
	if err != nil {
		panic(err) // the file is part of the binary, and of the tests
	}
	return r
}

// Read reads a rules file. Its error is all that is wrong with it, a line for each complaint, beginning
// with the place in the file.
func Read(file []byte) (*Rules, error) {
	if len(file) > MaxFile {
		return nil, fmt.Errorf("reading rules: longer than %d bytes", MaxFile)
	}
	r, wrong, err := decode(file)
	if err != nil {
		return nil, fmt.Errorf("reading rules: %w", err)
	}
	if wrong = append(wrong, r.complaints()...); len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return r.settled()
}

// In is the same rules in another time zone of the IANA database; these are not changed.
func (r *Rules) In(zone string) (*Rules, error) {
	moved := *r
	moved.TimeZone = zone
	in := &inspector{rules: &moved}
	if in.zone(); len(in.found) > 0 {
		return nil, errors.Join(in.found...)
	}
	return moved.settled()
}

// settled has the calendar of its time zone, and finds its plans.
func (r *Rules) settled() (*Rules, error) {
	var err error
	if r.location, err = time.LoadLocation(r.TimeZone); err != nil {
		return nil, fmt.Errorf("reading rules: %w", err)
	}
	r.starts = monthStarts(r.location)
	r.plans = make(map[string]int, len(r.Coupons))
	for i := range r.Coupons {
		r.plans[r.Coupons[i].ID] = i
	}
	return r, nil
}

// decode fills rules from a file. wrong is what is amiss with what it holds; with err nothing was read.
func decode(file []byte) (r *Rules, wrong []error, err error) {
	var tree yaml.Node
	if err := yaml.Unmarshal(file, &tree); err != nil {
		return nil, nil, err
	}
	if tree.IsZero() {
		return nil, nil, errors.New("the file is empty")
	}
	wrong, r = mistaken(&tree), &Rules{}
	in := yaml.NewDecoder(bytes.NewReader(file))
	in.KnownFields(true)
	err = in.Decode(r)
	if mistyped, ok := errors.AsType[*yaml.TypeError](err); ok {
		for _, text := range mistyped.Errors {
			text, _, _ = strings.Cut(text, " in type ") // which is ours, and not the file's
			wrong = append(wrong, errors.New(text))
		}
		err = nil
	}
	if err == nil && !errors.Is(in.Decode(new(any)), io.EOF) {
		wrong = append(wrong, errors.New("the file holds more than one YAML document"))
	}
	return r, wrong, err
}
