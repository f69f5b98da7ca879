package settings

import (
	"bytes"
	"errors"
	"regexp"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
)

// readTree reads one YAML document of sections. Its errors are one line each and carry
// nothing of the file but names of keys: a value may be a secret in the wrong place.
func readTree(content []byte) (map[string]any, error) {
	if documents(content) > 1 {
		return nil, errors.New("holds more than one YAML document: only the first would count")
	}
	tree, err := yaml.Parser().Unmarshal(content)
	if err != nil {
		return nil, plain(err)
	}
	return tree, nil
}

// documents counts what lines of --- separate.
func documents(content []byte) int {
	n, something := 1, false
	for line := range bytes.Lines(content) {
		line = bytes.TrimSpace(bytes.TrimSuffix(line, []byte("\n")))
		switch {
		case bytes.Equal(line, []byte("---")) && something:
			n, something = n+1, false
		case bytes.Equal(line, []byte("---")), len(line) == 0, line[0] == '#':
		default:
			something = true
		}
	}
	return n
}

// plain puts the parser's words in one line and takes what it quotes of the file away.
func plain(err error) error {
	text := strings.Join(strings.Fields(err.Error()), " ")
	text = strings.TrimPrefix(strings.TrimPrefix(text, "yaml: "), "unmarshal errors: ")
	switch {
	case strings.Contains(text, "cannot unmarshal") && strings.Contains(text, "into map"):
		return errors.New("wants sections with keys, such as `kafka:` and below it `  brokers: [host:9092]`")
	case strings.Contains(text, "cannot start any token"):
		return errors.New(text + ": a tab, perhaps; indent with spaces")
	}
	return errors.New(regexp.MustCompile("`[^`]*`").ReplaceAllString(text, "…"))
}
