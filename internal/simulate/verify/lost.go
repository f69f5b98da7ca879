package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"sluice/internal/simulate/plan"
)

// Lost is a record that was taken from the topic before a pipeline read it, as retention does.
type Lost struct {
	Pipeline  string `json:"pipeline"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
	Value     []byte `json:"value"` // as it was in the topic
}

// maxLost bounds a list.
const maxLost = 1 << 20

// ReadLost reads a list, a JSON object a line, and adds it to others.
func ReadLost(r io.Reader, to []Lost) ([]Lost, error) {
	lines := json.NewDecoder(r)
	for {
		var l Lost
		switch err := lines.Decode(&l); {
		case errors.Is(err, io.EOF):
			return to, nil
		case err != nil:
			return nil, fmt.Errorf("reading lost records: entry %d: %w", len(to), err)
		case l.Pipeline == "" || len(l.Value) == 0:
			return nil, fmt.Errorf("reading lost records: entry %d names no pipeline, or has no value", len(to))
		case len(to) == maxLost:
			return nil, fmt.Errorf("reading lost records: more than %d", maxLost)
		}
		to = append(to, l)
	}
}

// losses are what one pipeline could not read.
type losses struct {
	records  set   // those of the run
	count    int64 // offsets, each once
	stranger int64 // of them those of no record of the run
}

// lossesOf sorts a list by pipelines. An offset that stands in it twice counts once.
func lossesOf(a *plan.Author, pipelines []string, list []Lost) map[string]*losses {
	by := map[string]*losses{}
	for _, p := range pipelines {
		by[p] = &losses{records: newSet(a.Records)}
	}
	type place struct {
		pipeline string
		origin
	}
	seen := map[place]bool{}
	for _, l := range list {
		at := place{l.Pipeline, origin{l.Partition, l.Offset}}
		of := by[l.Pipeline]
		if of == nil || seen[at] {
			continue
		}
		seen[at] = true
		of.count++
		if n, ours := a.NumberOf(l.Value); ours {
			of.records.add(n)
		} else {
			of.stranger++
		}
	}
	return by
}
