package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// drills plays drills with the processes under test mutated; runner, load and judge are of the product
// without a bug. All are played in one campaign, the controls first: starting the servers costs more than a drill.
type drills struct {
	build   *builder
	mutants []*mutant
	played  map[string]*played // by the name that the drill had in this campaign; nil = not yet
}

// played is one drill in report.json, as far as it is read here.
type played struct {
	Name     string    `json:"name"`
	Verdict  string    `json:"verdict"`
	Why      string    `json:"why"`
	Began    time.Time `json:"began"`
	Ended    time.Time `json:"ended"`
	Failures []string  `json:"failures"`
}

func (d *drills) scene(m *mutant) string {
	if m.Drill == nil {
		return ""
	}
	return "drill " + m.Drill.name()
}

// name is the drill's.
func (w *drillTrial) name() string { return strings.TrimSuffix(filepath.Base(w.File), ".yaml") }

// control is the name of the drill with the product as it is.
func (w *drillTrial) control() string { return "control-" + w.name() }

func (d *drills) try(ctx context.Context, m *mutant, planted bool) (outcome, error) {
	if d.played == nil {
		if err := d.play(ctx); err != nil {
			return outcome{}, err
		}
	}
	name := m.name
	if !planted {
		name = m.Drill.control()
	}
	said := d.played[name]
	if said == nil {
		return outcome{}, fmt.Errorf("the drill %s was not played", name)
	}
	out := outcome{failed: said.Verdict == "failed", said: strings.Join(said.Failures, "; "), took: said.Ended.Sub(said.Began)}
	if !out.failed && said.Verdict != "held" {
		return out, fmt.Errorf("the drill %s: %s: %s", name, said.Verdict, said.Why)
	}
	if i := slices.IndexFunc(said.Failures, m.Drill.shows); i >= 0 {
		out.by = said.Failures[i]
	}
	return out, nil
}

// shows says whether a failure is of the assertion that the mutant names.
func (w *drillTrial) shows(failure string) bool {
	if w.By == byBite {
		return strings.HasPrefix(failure, "the fault did not bite: ")
	}
	return strings.HasPrefix(failure, w.By+" ") || strings.HasPrefix(failure, w.By+":")
}

// play runs the campaign.
func (d *drills) play(ctx context.Context) error {
	judge, err := d.build.product(ctx, nil, false)
	if err != nil {
		return err
	}
	files, err := d.files(ctx)
	if err != nil {
		return err
	}
	binary, err := d.binary()
	if err != nil {
		return err
	}
	report := filepath.Join(d.build.dir, "drill-report")
	said, err := command(ctx, d.build.root, nil, judge, append([]string{"drill", "run", "--binary", binary, "--report", report}, files...)...)
	if code, ended := exitCode(err); !ended || code != 0 && code != foundCode {
		return fmt.Errorf("playing drills: %w\n%s", err, said)
	}
	text, err := os.ReadFile(filepath.Join(report, "report.json"))
	if err != nil {
		return fmt.Errorf("reading the report: %w", err)
	}
	var campaign struct {
		Drills []*played `json:"drills"`
	}
	if err := json.Unmarshal(text, &campaign); err != nil {
		return fmt.Errorf("reading the report: %w", err)
	}
	d.played = map[string]*played{}
	for _, one := range campaign.Drills {
		d.played[one.Name] = one
	}
	return nil
}

// files writes each drill anew, by the name that it has in this campaign and for the build that it tries.
func (d *drills) files(ctx context.Context) ([]string, error) {
	var controls, mutants []string
	for _, m := range d.mutants {
		if m.Drill == nil {
			continue
		}
		if _, err := d.build.product(ctx, m, true); err != nil {
			return nil, err
		}
		control, err := d.file(m, m.Drill.control(), place(m, false))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(controls, control) {
			controls = append(controls, control)
		}
		mutated, err := d.file(m, m.name, place(m, true))
		if err != nil {
			return nil, err
		}
		mutants = append(mutants, mutated)
	}
	return append(controls, mutants...), nil
}

// chooser is the variable by which the binary of a campaign knows which build to be. Drills may set
// variables that begin with GO.
const chooser = "GO_MUTANT"

func (d *drills) file(m *mutant, name, build string) (string, error) {
	text, err := os.ReadFile(filepath.Join(d.build.root, m.Drill.File))
	if err != nil {
		return "", fmt.Errorf("reading drill: %w", err)
	}
	drill := map[string]any{}
	if err := yaml.Unmarshal(text, &drill); err != nil {
		return "", fmt.Errorf("reading drill %s: %w", m.Drill.File, err)
	}
	run, _ := drill["run"].(map[string]any)
	env, _ := run["env"].(map[string]any)
	if run == nil {
		run = map[string]any{}
	}
	if env == nil {
		env = map[string]any{}
	}
	env[chooser], run["env"], drill["run"] = build, env, run
	delete(drill, "random") // no part of a drill that asks for a special run
	if text, err = yaml.Marshal(drill); err != nil {
		return "", fmt.Errorf("writing drill: %w", err)
	}
	file := filepath.Join(d.build.dir, name+".yaml")
	return file, os.WriteFile(file, text, 0o600)
}

// binary is one that becomes the build that the drill names when it is run, and the product without a
// bug for all else: load and proof are its children, too.
func (d *drills) binary() (string, error) {
	if strings.ContainsAny(d.build.dir, `'"$`) {
		return "", errors.New("the directory for temporary files has a quote in its name")
	}
	file := filepath.Join(d.build.dir, "sluice")
	text := "#!/bin/sh\nbuild=product\n[ \"$1\" != run ] || build=$" + chooser + "\nexec '" + d.build.dir + "/'\"$build\"/sluice \"$@\"\n"
	return file, os.WriteFile(file, []byte(text), 0o700) //nolint:gosec // a program
}
