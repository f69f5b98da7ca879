package broker

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// topic is one topic as kfake writes it into topics.json.
type topic struct {
	Name       string            `json:"name"`
	ID         string            `json:"id"` // 16 bytes, base64
	Partitions int32             `json:"partitions"`
	Configs    map[string]string `json:"configs"`
}

func (t topic) appendTime() bool { return t.Configs["message.timestamp.type"] == "LogAppendTime" }

// topicSet is a topics.json.
type topicSet struct {
	byName map[string]topic
	byID   map[[16]byte]topic
}

// readTopics reads kfake's topics; an fs.ErrNotExist says that there is no such file.
func readTopics(dir string) (topicSet, error) {
	set := topicSet{byName: make(map[string]topic), byID: make(map[[16]byte]topic)}
	raw, err := os.ReadFile(filepath.Join(dir, topicsFile))
	if err != nil {
		return set, err
	}
	var file struct {
		Version int     `json:"version"`
		Topics  []topic `json:"topics"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return set, fmt.Errorf("reading %s: %w", topicsFile, err)
	}
	if file.Version != kfakeVersion {
		return set, fmt.Errorf("%s has version %d, this broker reads %d", topicsFile, file.Version, kfakeVersion)
	}
	for _, t := range file.Topics {
		id, err := base64.StdEncoding.DecodeString(t.ID)
		if err != nil || len(id) != 16 {
			return set, fmt.Errorf("reading %s: the id of topic %q is not 16 bytes", topicsFile, t.Name)
		}
		set.byName[t.Name] = t
		set.byID[[16]byte(id)] = t
	}
	return set, nil
}

// topicFile follows topics.json, which kfake replaces before it answers whoever made or
// changed a topic. One goroutine uses it.
type topicFile struct {
	dir    string
	note   func(err error)
	seen   fs.FileInfo
	topics topicSet
}

// load gives the topics as they are now, or as they last could be read.
func (f *topicFile) load() topicSet {
	found, err := os.Stat(filepath.Join(f.dir, topicsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return f.topics
	}
	if err != nil {
		f.note(err)
		return f.topics
	}
	if f.seen != nil && os.SameFile(f.seen, found) && f.seen.ModTime().Equal(found.ModTime()) && f.seen.Size() == found.Size() {
		return f.topics
	}
	set, err := readTopics(f.dir)
	if err != nil {
		f.note(err)
		return f.topics
	}
	f.seen, f.topics = found, set
	return set
}
