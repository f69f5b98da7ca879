package fault

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"strconv"

	"sluice/internal/drill/stage"
)

// gapReports are the lines in which sluice's processes say that records are gone.
type gapReports struct {
	logs []string // files
	why  string   // of the lines that count

	begin []int64 // how long each file was at the mark
}

func logsOf(on *stage.Stage, role string) []string {
	var logs []string
	for _, p := range on.Processes(role) {
		logs = append(logs, p.Log())
	}
	return logs
}

// mark leaves out what has been written so far.
func (g *gapReports) mark() {
	g.begin = make([]int64, len(g.logs))
	for i, name := range g.logs {
		if at, err := os.Stat(name); err == nil {
			g.begin[i] = at.Size()
		}
	}
}

// equal complains unless exactly those gaps were reported since the mark. One that was reported twice is no
// surplus: a partition that moves before its first commit is met with its gap again.
func (g *gapReports) equal(want []gap) error {
	said, err := g.read()
	if err != nil {
		return err
	}
	wanted := map[gap]bool{}
	for _, w := range want {
		if w.From == w.To {
			continue
		}
		wanted[w] = true
		if !said[w] {
			return fmt.Errorf("%s has not said that offsets %d to %d of partition %d are gone; %d gaps are reported", w.Pipeline, w.From, w.To-1, w.Partition, len(said))
		}
	}
	for s := range said {
		if !wanted[s] {
			return fmt.Errorf("%s says that offsets %d to %d of partition %d are gone, which were not taken", s.Pipeline, s.From, s.To-1, s.Partition)
		}
	}
	return nil
}

// read gives every gap of a line since the mark.
func (g *gapReports) read() (map[gap]bool, error) {
	said := map[gap]bool{}
	for i, name := range g.logs {
		if err := readGaps(name, g.begin[i], g.why, said); err != nil {
			return nil, fmt.Errorf("reading what was reported: %w", err)
		}
	}
	return said, nil
}

func readGaps(name string, begin int64, why string, into map[gap]bool) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	if _, err := f.Seek(begin, io.SeekStart); err != nil {
		return err
	}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLogLine)
	for lines.Scan() {
		var line struct {
			Why       string `json:"why"`
			Pipeline  string `json:"pipeline"`
			Partition string `json:"partition"`
			From      int64  `json:"from"`
			To        int64  `json:"to"`
		}
		if !bytes.Contains(lines.Bytes(), []byte(`"why"`)) || json.Unmarshal(lines.Bytes(), &line) != nil || line.Why != why {
			continue // a line that a kill has torn is no report
		}
		id, err := strconv.ParseInt(path.Base(line.Partition), 10, 32)
		if err != nil {
			return fmt.Errorf("the partition %q: %w", line.Partition, err)
		}
		into[gap{line.Pipeline, int32(id), line.From, line.To}] = true
	}
	return lines.Err()
}

// maxLogLine is above any line of ours, bytes.
const maxLogLine = 1 << 20
