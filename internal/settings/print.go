package settings

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"sluice/internal/printable"
)

// Reference prints every setting with its environment variable, kind, default and
// meaning, in Markdown.
func Reference(w io.Writer, keys []Key) error {
	var out strings.Builder
	section := ""
	for _, k := range keys {
		if head, _, _ := strings.Cut(k.Path, "."); head != section {
			section = head
			fmt.Fprintf(&out, "\n## %s\n\n| key | environment | kind | default | may be | meaning |\n| --- | --- | --- | --- | --- | --- |\n", section)
		}
		kind, value := k.Kind, k.Default
		if k.Unit != "" {
			kind += ", " + k.Unit
		}
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(&out, "| `%s` | `%s` | %s | %s | %s | %s |\n", k.Path, k.Env, kind, value, k.Limits, k.Doc)
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("printing settings: %w", err)
	}
	return nil
}

// Print prints every setting with the value that it has now, one a line of YAML that Load reads again; secrets are hidden, those in URLs, too,
// and Load refuses what is hidden.
func Print(w io.Writer, keys []Key) error {
	var out strings.Builder
	for _, k := range keys {
		if k.value.IsValid() {
			fmt.Fprintf(&out, "%s: %s\n", k.Path, legible(k.value.Interface()))
		}
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("printing settings: %w", err)
	}
	return nil
}

// legible is a value as it is read again: a text in quotes where YAML would take it for something else.
func legible(value any) string {
	if list, isList := value.([]string); isList {
		shown := make([]string, len(list))
		for i, text := range list {
			shown[i] = printable.HideSecrets(text)
		}
		return fmt.Sprint(shown)
	}
	text, isText := value.(string)
	if !isText {
		return fmt.Sprint(value)
	}
	text = printable.HideSecrets(text)
	if read, err := readTree([]byte("key: " + text)); err == nil && (text == "" || read["key"] == text) {
		return text
	}
	return strconv.Quote(text)
}
