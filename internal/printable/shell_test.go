package printable

import (
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWord(t *testing.T) {
	for text, want := range map[string]string{
		"sluice":               "sluice",
		"":                     "''",
		"a; touch x":           "'a; touch x'",
		"it's":                 `$'it\047s'`,
		"$(id)`id`":            "'$(id)`id`'",
		"a  b":                 `$'a\040\040b'`,
		"\x1b[2J":              `$'\033[2J'`,
		"\u202e":               `$'\342\200\256'`,
		`back\slash`:           `$'back\134slash'`,
		"Zürich":               "'Zürich'",
		"http://es:9200/a,b,c": "http://es:9200/a,b,c",
	} {
		if got := Word(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// A shell takes the word for the text, whatever that is, also after a report has put it on a line.
func TestAShellReadsAWordBack(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash: ", err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		var script, want strings.Builder
		for _, text := range rapid.SliceOfN(rapid.String(), 1, 50).Draw(rt, "texts") {
			text = strings.ReplaceAll(text, "\x00", "")
			script.WriteString("printf '%s|' " + Line(Word(text)) + "\n")
			want.WriteString(text + "|")
		}
		got, err := exec.CommandContext(t.Context(), bash, "-c", script.String()).Output()
		if err != nil || string(got) != want.String() {
			rt.Fatalf("%v: %q, want %q", err, got, want.String())
		}
	})
}

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"a\n b\t c":         "a b c",
		"\x1b[31mred":       `\x1b[31mred`,
		`C:\x`:              `C:\x`,
		"\xff\u202e\u009b1": `\xff\u202e\u009b1`,
	} {
		if got := Line(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	if got := Bounded("\x1babc", 2); got != `\x1ba…` {
		t.Error(got)
	}
}
