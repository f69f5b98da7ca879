package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestADrillIsWrittenForOneBuild(t *testing.T) {
	root := t.TempDir()
	text := "about: x\nrandom: true\nrun: {pipelines: 3, env: {GOGC: \"50\"}}\nfaults: [{fault: cut, on: kafka, for: 6s}]\n"
	if err := os.WriteFile(filepath.Join(root, "cut.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d := &drills{build: &builder{root: root, dir: t.TempDir()}}
	file, err := d.file(&mutant{Drill: &drillTrial{File: "cut.yaml"}}, "a-bug", "a-bug")
	if err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var drill struct {
		Random bool `yaml:"random"`
		Run    struct {
			Pipelines int               `yaml:"pipelines"`
			Env       map[string]string `yaml:"env"`
		} `yaml:"run"`
		Faults []map[string]string `yaml:"faults"`
	}
	if err := yaml.Unmarshal(written, &drill); err != nil {
		t.Fatal(err)
	}
	if filepath.Base(file) != "a-bug.yaml" || drill.Random || drill.Run.Pipelines != 3 || drill.Run.Env["GOGC"] != "50" || drill.Run.Env[chooser] != "a-bug" || drill.Faults[0]["for"] != "6s" {
		t.Errorf("%s: %s", file, written)
	}
}

// The binary of a campaign is the build that the drill names, and gets what it is called with.
func TestTheBinaryBecomesTheBuildThatTheDrillNames(t *testing.T) {
	d := &drills{build: &builder{dir: t.TempDir()}}
	for _, name := range []string{"product", "a-bug"} {
		if err := os.Mkdir(filepath.Join(d.build.dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		script := "#!/bin/sh\necho " + name + " \"$2\"\n"
		if err := os.WriteFile(filepath.Join(d.build.dir, name, "sluice"), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	binary, err := d.binary()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ named, verb, want string }{
		{"product", "run", "product"},
		{"a-bug", "run", "a-bug"},
		{"a-bug", "simulate", "product"}, // the judge has no bug
	} {
		called := exec.CommandContext(t.Context(), binary, c.verb, "two words")
		called.Env = append(os.Environ(), chooser+"="+c.named)
		said, err := called.Output()
		if err != nil || strings.TrimSpace(string(said)) != c.want+" two words" {
			t.Errorf("%s of %s became %q, %v", c.verb, c.named, said, err)
		}
	}
}
