package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// planted is the file with the bug in it, for builds with the mutant's tag alone.
func (m *mutant) planted(original []byte) ([]byte, error) {
	text := string(original)
	for _, e := range m.Edits {
		if n := strings.Count(text, e.Is); n != 1 {
			return nil, fmt.Errorf("planting %s: %s holds its text %d times, not once:\n%s", m.name, m.File, n, e.Is)
		}
		text = strings.Replace(text, e.Is, e.Planted, 1)
	}
	out := append([]byte("//go:build "+m.tag()+"\n\n"), text...)
	if _, err := parser.ParseFile(token.NewFileSet(), m.File, out, parser.SkipObjectResolution); err != nil {
		return nil, fmt.Errorf("planting %s: %w", m.name, err)
	}
	return out, nil
}

// spared is the file as it is, for builds without any of the tags.
func spared(original []byte, mutants []*mutant) ([]byte, error) {
	if bytes.HasPrefix(original, []byte("//go:build")) {
		return nil, fmt.Errorf("planting in %s: it has a build tag already", mutants[0].File)
	}
	tags := make([]string, len(mutants))
	for i, m := range mutants {
		tags[i] = m.tag()
	}
	return append([]byte("//go:build !("+strings.Join(tags, " || ")+")\n\n"), original...), nil
}

// planting is an overlay for the go command: it adds all mutants, of which a build takes the one it
// names by its tag, and none without a tag.
type planting struct {
	root    string            // of the repository
	dir     string            // where the files of the overlay are
	Replace map[string]string // by path in the repository, as the go command reads it
}

// plant writes the overlay for these mutants and returns its path.
func plant(root, dir string, mutants []*mutant) (string, error) {
	p := &planting{root: root, dir: dir, Replace: map[string]string{}}
	byFile := map[string][]*mutant{}
	for _, m := range mutants {
		byFile[m.File] = append(byFile[m.File], m)
	}
	for file, of := range byFile {
		if err := p.add(file, of); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("writing overlay: %w", err)
	}
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

func (p *planting) add(file string, mutants []*mutant) error {
	original, err := os.ReadFile(filepath.Join(p.root, file))
	if err != nil {
		return fmt.Errorf("planting: %w", err)
	}
	without, err := spared(original, mutants)
	if err != nil {
		return err
	}
	if err := p.put(file, without); err != nil {
		return err
	}
	for _, m := range mutants {
		with, err := m.planted(original)
		if err != nil {
			return err
		}
		if err := p.put(filepath.Join(filepath.Dir(file), "mutant-"+m.name+"-"+filepath.Base(file)), with); err != nil {
			return err
		}
	}
	return nil
}

// put has a path of the repository read as if it held text.
func (p *planting) put(file string, text []byte) error {
	at := filepath.Join(p.dir, strings.ReplaceAll(file, "/", "-"))
	p.Replace[filepath.Join(p.root, file)] = at
	return os.WriteFile(at, text, 0o600)
}
