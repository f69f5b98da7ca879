package broker

import (
	"path/filepath"

	"github.com/twmb/franz-go/pkg/kfake"
)

// ends.json keeps what kfake forgets when retention has removed a partition's last file, or
// when a power cut has torn it: the offsets that were given out. It is written before every
// removal.
type endsOf struct {
	Version int                        `json:"version"`
	Topics  map[string]map[int32]ended `json:"topics"`
}

type ended struct {
	Start int64 `json:"start"`
	End   int64 `json:"end"`
}

const endsVersion = 1

func writeEnds(dir string, cluster *kfake.Cluster, topics topicSet) error {
	file := endsOf{Version: endsVersion, Topics: make(map[string]map[int32]ended, len(topics.byName))}
	for name := range topics.byName {
		parts := make(map[int32]ended)
		for _, p := range cluster.PartitionInfos(name) {
			parts[p.Partition] = ended{Start: p.LogStartOffset, End: p.HighWatermark}
		}
		file.Topics[name] = parts
	}
	return writeJSON(filepath.Join(dir, endsFile), file)
}

func readEnds(dir string) (map[place]span, error) {
	var file endsOf
	if _, err := readJSON(filepath.Join(dir, endsFile), &file); err != nil {
		return nil, err
	}
	spans := make(map[place]span)
	for topic, parts := range file.Topics {
		for part, at := range parts {
			spans[place{topic, part}] = span{at.Start, at.End}
		}
	}
	return spans, nil
}
