package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// JSONName and PageName are the two files of a report.
const (
	JSONName = "report.json"
	PageName = "report.html"
)

// Write makes both files in a directory that is there, each whole or not at all.
func Write(dir string, c *Campaign) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(c); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	var page bytes.Buffer
	if err := Page(&page, c); err != nil {
		return err
	}
	return errors.Join(replace(filepath.Join(dir, JSONName), text.Bytes()), replace(filepath.Join(dir, PageName), page.Bytes()))
}

// replace writes beside the file and moves it there.
func replace(path string, content []byte) error {
	beside, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	_, written := beside.Write(content)
	err = errors.Join(written, beside.Chmod(0o644), beside.Close())
	if err == nil {
		err = os.Rename(beside.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing the report: %w", errors.Join(err, os.Remove(beside.Name())))
	}
	return nil
}
