package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// mutant is one planted bug: a file of ops/mutants.
type mutant struct {
	name       string
	What       string      `yaml:"what"`       // the bug, in one line
	File       string      `yaml:"file"`       // of the product, from the repository's root
	Edits      []edit      `yaml:"edits"`      // of that file
	Simulation string      `yaml:"simulation"` // a regular expression: what the oracle says that catches it
	Load       *loadTrial  `yaml:"load"`       // caught by a plain load on real servers
	Drill      *drillTrial `yaml:"drill"`      // caught by a drill
}

// edit is one place of the bug.
type edit struct {
	Is      string `yaml:"is"`      // the text as it is; it stands exactly once in the file
	Planted string `yaml:"planted"` // what stands there instead
}

// loadTrial says which assertion shows a bug under a plain load on real servers.
type loadTrial struct {
	By     string   `yaml:"by"`     // L0 to L11
	Orders bool     `yaml:"orders"` // the load is of orders, not of pings
	Flags  []string `yaml:"flags"`  // of `simulate`, beside the usual ones
}

// drillTrial says which drill shows a bug, and by what.
type drillTrial struct {
	By   string `yaml:"by"`   // L0 to L11, or byBite
	File string `yaml:"file"` // from the repository's root
}

// byBite is a fault of which the product says nothing, which the drill takes for one that did nothing.
const byBite = "bites"

// tag is the build tag that plants it.
func (m *mutant) tag() string { return "mutant_" + strings.ReplaceAll(m.name, "-", "_") }

// readMutants reads every *.yaml of a directory, by name, with all complaints at once.
func readMutants(dir fs.FS) ([]*mutant, error) {
	names, err := fs.Glob(dir, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("listing mutants: %w", err)
	}
	slices.Sort(names)
	var all []*mutant
	var errs []error
	for _, name := range names {
		m, err := readMutant(dir, name)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
		all = append(all, m)
	}
	return all, errors.Join(errs...)
}

func readMutant(dir fs.FS, name string) (*mutant, error) {
	m := &mutant{name: strings.TrimSuffix(path.Base(name), ".yaml")}
	text, err := fs.ReadFile(dir, name)
	if err != nil {
		return m, fmt.Errorf("reading mutant: %w", err)
	}
	in := yaml.NewDecoder(bytes.NewReader(text))
	in.KnownFields(true)
	if err := in.Decode(m); err != nil {
		return m, fmt.Errorf("reading mutant: %w", err)
	}
	return m, m.validate()
}

func (m *mutant) validate() error {
	var errs []error
	if !regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(m.name) {
		errs = append(errs, errors.New("a mutant's name is small letters, digits and dashes"))
	}
	if m.What == "" || m.File == "" || len(m.Edits) == 0 {
		errs = append(errs, errors.New("what, file and edits are wanted"))
	}
	for _, e := range m.Edits {
		if e.Is == "" || e.Is == e.Planted {
			errs = append(errs, errors.New("an edit changes a text into another"))
		}
	}
	if m.Simulation == "" && m.Load == nil && m.Drill == nil {
		errs = append(errs, errors.New("nothing is said to catch it: simulation, load or drill"))
	}
	if _, err := regexp.Compile(m.Simulation); err != nil {
		errs = append(errs, fmt.Errorf("simulation: %w", err))
	}
	assertion := regexp.MustCompile(`^L\d+$`)
	if m.Load != nil && !assertion.MatchString(m.Load.By) {
		errs = append(errs, errors.New("load.by: want an assertion"))
	}
	if m.Drill != nil && (m.Drill.By != byBite && !assertion.MatchString(m.Drill.By) || m.Drill.File == "") {
		errs = append(errs, errors.New("drill: want a file, and by an assertion or "+byBite))
	}
	return errors.Join(errs...)
}
