package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"sluice/internal/drill/watch"
	"sluice/internal/simulate/ledger"
)

// farewells reads what a process that runs pipelines said when its lives came to an end, clean or at a failpoint, in the log
// of all of them. Those counts are complete; a scrape before the end is not.
type farewells struct {
	file string

	mu    sync.Mutex
	read  int64 // bytes of the log
	open  lastWords
	ended []lastWords
}

// lastWords are those of one life.
type lastWords struct {
	started   float64 // s since 1970 UTC
	killed    bool    // at a failpoint: records were under way
	pipelines map[string]lastCounts
}

// lastCounts are a pipeline's, as app.farewell writes them.
type lastCounts struct {
	Msg       string  `json:"msg"`
	Pipeline  string  `json:"pipeline"`
	Started   float64 `json:"started"`
	Consumed  uint64  `json:"consumed"`
	Stored    uint64  `json:"stored"`
	Stale     uint64  `json:"stale"`
	Duplicate uint64  `json:"duplicate"`
	Poison    uint64  `json:"poison"`
	Left      uint64  `json:"left"`
	Pipelines int     `json:"pipelines"` // that the process runs
}

// verdicts are its counts as the metrics name them.
func (c *lastCounts) verdicts() map[string]uint64 {
	return map[string]uint64{"stored": c.Stored, "stale": c.Stale, "duplicate": c.Duplicate, "poison": c.Poison, "unsettled": c.Left}
}

// listen reads on to the log's end and gives all that has been said so far. A log that is not there yet says nothing.
func (f *farewells) listen() ([]lastWords, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	text, err := readFrom(f.file, f.read)
	if err != nil {
		return nil, fmt.Errorf("reading a log: %w", err)
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1] // what is being written is for the next time
	f.read += int64(len(text))
	for line := range bytes.Lines(text) {
		var said lastCounts
		if isFarewell(line) && json.Unmarshal(line, &said) == nil && (said.Msg == saidStopped || said.Msg == saidKilled) && said.Started > 0 {
			f.hear(said)
		}
	}
	return f.ended, nil
}

// isFarewell is a quick look, before a line is parsed.
func isFarewell(line []byte) bool {
	return bytes.Contains(line, []byte(saidStopped)) || bytes.Contains(line, []byte(saidKilled))
}

// hear takes in one line. A life has come to its end when each of its pipelines has said so.
func (f *farewells) hear(said lastCounts) {
	if f.open.started != said.Started {
		f.open = lastWords{started: said.Started, killed: said.Msg == saidKilled, pipelines: map[string]lastCounts{}}
	}
	f.open.pipelines[said.Pipeline] = said
	if len(f.open.pipelines) == said.Pipelines {
		f.ended, f.open = append(f.ended, f.open), lastWords{}
	}
}

func readFrom(file string, from int64) (text []byte, err error) {
	in, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	if _, err := in.Seek(from, io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(in)
}

// Farewells is what a drill's watch asks for.
func (f *farewells) Farewells() ([]watch.Farewell, error) {
	said, err := f.listen()
	all := make([]watch.Farewell, 0, len(said))
	for _, last := range said {
		at := watch.Farewell{Started: last.started}
		for name, counts := range last.pipelines {
			at.Metrics = append(at.Metrics, watch.Metric{
				Name: "sluice_records_consumed_total", Labels: map[string]string{"pipeline": name}, Value: float64(counts.Consumed),
			})
			for verdict, n := range counts.verdicts() {
				at.Metrics = append(at.Metrics, watch.Metric{
					Name: "sluice_records_total", Labels: map[string]string{"pipeline": name, "verdict": verdict}, Value: float64(n),
				})
			}
		}
		all = append(all, at)
	}
	return all, err
}

// processes is what verify takes for the last scrapes of the process at that address: of clean ends alone, at which
// consumed is the sum of the verdicts.
func (f *farewells) processes(url string) ([]ledger.Process, error) {
	said, err := f.listen()
	all := make([]ledger.Process, 0, len(said))
	for _, last := range said {
		if last.killed {
			continue
		}
		p := ledger.Process{URL: url, Started: last.started}
		for name, counts := range last.pipelines {
			p.Counts = append(p.Counts, ledger.Count{Pipeline: name, Verdict: ledger.Consumed, Records: float64(counts.Consumed)})
			for verdict, n := range counts.verdicts() {
				p.Counts = append(p.Counts, ledger.Count{Pipeline: name, Verdict: verdict, Records: float64(n)})
			}
		}
		all = append(all, p)
	}
	return all, err
}
