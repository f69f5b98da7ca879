package script

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFile is far above what a drill needs, bytes.
const maxFile = 64 << 10

// extension of the files.
const extension = ".yaml"

// Read reads and validates one file; its errors name file and key, all at once.
func Read(dir fs.FS, name string) (Drill, error) {
	d := Usual()
	d.Name = strings.TrimSuffix(path.Base(name), extension)
	content, err := content(dir, name)
	if err != nil {
		return d, fmt.Errorf("reading drill: %w", err)
	}
	in := yaml.NewDecoder(bytes.NewReader(content))
	in.KnownFields(true)
	err = in.Decode(&d)
	if wrong, ok := errors.AsType[*yaml.TypeError](err); ok {
		return d, complaints(name, append(lines(wrong.Errors), d.complain()...))
	}
	if err == nil && !errors.Is(in.Decode(new(any)), io.EOF) {
		err = errors.New("holds more than one YAML document")
	}
	if err != nil {
		return d, fmt.Errorf("%s: %w", name, err)
	}
	return d, complaints(name, d.complain())
}

// ReadAll reads every drill of a directory, by name; all complaints about all files at once.
func ReadAll(dir fs.FS) ([]Drill, error) {
	names, err := fs.Glob(dir, "*"+extension)
	if err != nil {
		return nil, fmt.Errorf("listing drills: %w", err)
	}
	slices.Sort(names)
	var all []Drill
	var errs []error
	for _, name := range names {
		d, err := Read(dir, name)
		all, errs = append(all, d), append(errs, err)
	}
	return all, errors.Join(errs...)
}

func content(dir fs.FS, name string) ([]byte, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("%s is over %d bytes", name, maxFile)
	}
	return text, err
}

// lines are the decoder's complaints.
func lines(texts []string) []error {
	errs := make([]error, len(texts))
	for i, text := range texts {
		errs[i] = errors.New(text)
	}
	return errs
}

func complaints(file string, errs []error) error {
	for i, err := range errs {
		errs[i] = fmt.Errorf("%s: %w", file, err)
	}
	return errors.Join(errs...)
}
