package elastic

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// Secret is a text that no way of printing shows.
type Secret string

const hidden = "(hidden)"

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText hides the secret from JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// readSecret returns the secret given, or else the first line of the file.
func readSecret(what string, given Secret, file string) (string, error) {
	if file == "" {
		return string(given), nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", what, err)
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(content)), "\n")
	if line == "" {
		return "", fmt.Errorf("reading %s: %w", what, errors.New("the file is empty"))
	}
	return line, nil
}
