package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// event is one line of `go test -json` (go doc test2json).
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// summary collects events until their test or package has ended.
type summary struct {
	out     *bufio.Writer
	output  map[string][]string // by package and test, as long as it runs
	skipped []string
	passed  int
	failed  int  // tests
	broken  bool // anything: a test, a package, a build
}

// report copies the readable part of the events from in to out; failed says that some
// test, package or build did.
func report(in io.Reader, out io.Writer) (failed bool, err error) {
	s := summary{out: bufio.NewWriter(out), output: map[string][]string{}}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return true, fmt.Errorf("reading %.100q: %w", lines.Text(), err)
		}
		s.take(e)
		if err := s.out.Flush(); err != nil {
			return true, fmt.Errorf("writing the report: %w", err)
		}
	}
	if err := lines.Err(); err != nil {
		return true, fmt.Errorf("reading events: %w", err)
	}
	s.end()
	if err := s.out.Flush(); err != nil {
		return true, fmt.Errorf("writing the report: %w", err)
	}
	return s.broken, nil
}

func (s *summary) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		s.keep(key, e)
	case "build-output":
		s.print(e.Output)
	case "build-fail":
		s.broken = true
	case "fail":
		s.broken = true
		s.print(s.output[key]...)
		delete(s.output, key)
		if e.Test == "" {
			s.abandoned(e.Package)
		} else {
			s.failed++
		}
	case "skip":
		if e.Test != "" {
			s.skipped = append(s.skipped, e.Package+" "+e.Test+": "+reason(s.output[key]))
		}
		delete(s.output, key)
	case "pass":
		if e.Test != "" {
			s.passed++
		}
		delete(s.output, key)
	}
}

// keep holds a test's output back until its end; a package's own last lines are the usual
// ok, FAIL and ? lines and are printed at once.
func (s *summary) keep(key string, e event) {
	if e.Test == "" && (strings.HasPrefix(e.Output, "ok ") || strings.HasPrefix(e.Output, "FAIL\t") || strings.HasPrefix(e.Output, "?  ")) {
		s.print(e.Output)
		return
	}
	s.output[key] = append(s.output[key], e.Output)
}

// abandoned prints what tests said that have no end of their own: the process went down
// with them, and the panic is in their output.
func (s *summary) abandoned(pkg string) {
	for key, lines := range s.output {
		if strings.HasPrefix(key, pkg+" ") {
			s.print(lines...)
			delete(s.output, key)
		}
	}
}

func (s *summary) print(lines ...string) {
	for _, line := range lines {
		fmt.Fprint(s.out, line) //nolint:errcheck // a bufio.Writer keeps its error for Flush
	}
}

func (s *summary) end() {
	s.print(fmt.Sprintf("\n%d tests passed, %d failed, %d skipped\n", s.passed, s.failed, len(s.skipped)))
	for _, line := range s.skipped {
		s.print("  skipped ", line, "\n")
	}
}

// reason is what the test said last before it was skipped, without its file and line.
func reason(output []string) string {
	for _, line := range slices.Backward(output) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "---") || strings.HasPrefix(line, "===") {
			continue
		}
		if _, after, found := strings.Cut(line, ".go:"); found {
			if _, said, found := strings.Cut(after, ": "); found {
				return said
			}
		}
		return line
	}
	return "no reason given"
}
