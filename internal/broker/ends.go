package broker

import "path/filepath"

// ends.json keeps what kfake forgets when retention has removed a partition's last file, or
// when a power cut has torn it: the offsets that were given out. It is written before every
// removal, with the start as it will be.
type endsOf struct {
	Version int                        `json:"version"`
	Topics  map[string]map[int32]ended `json:"topics"` // by id: a topic made anew starts anew
}

type ended struct {
	Start int64 `json:"start"`
	End   int64 `json:"end"`
}

const endsVersion = 1

func writeEnds(dir string, plan []removal) error {
	file := endsOf{Version: endsVersion, Topics: make(map[string]map[int32]ended)}
	for _, r := range plan {
		parts := file.Topics[r.id]
		if parts == nil {
			parts = make(map[int32]ended)
			file.Topics[r.id] = parts
		}
		parts[r.part] = ended{Start: max(r.start, r.upTo), End: r.end}
	}
	return writeJSON(filepath.Join(dir, endsFile), file)
}

func readEnds(dir string, topics topicSet) (map[place]span, error) {
	var file endsOf
	if _, err := readJSON(filepath.Join(dir, endsFile), &file); err != nil {
		return nil, err
	}
	spans := make(map[place]span)
	for _, t := range topics.byName {
		for part, at := range file.Topics[t.ID] {
			spans[place{t.Name, part}] = span{at.Start, at.End}
		}
	}
	return spans, nil
}
