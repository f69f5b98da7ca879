package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Job is what is replayed: the same for all processes that share a name.
type Job struct {
	Pipeline string `json:"pipeline"`
	Topic    string `json:"topic"`            // without prefix
	From     int64  `json:"from"`             // ms since 1970 UTC, by the records' times; inclusive
	To       int64  `json:"to"`               // likewise, exclusive
	Shadow   string `json:"shadow,omitempty"` // the shadow's name, "" = the pipeline's own index
	AsOf     string `json:"asOf"`             // how ages are judged
}

// Validate reports every complaint at once.
func (j *Job) Validate() error {
	var errs []error
	if j.Pipeline == "" || j.Topic == "" {
		errs = append(errs, errors.New("a pipeline and a topic are required"))
	}
	if j.From <= 0 || j.To <= j.From {
		errs = append(errs, errors.New("want a time to begin at and a later one to end at"))
	}
	return errors.Join(errs...)
}

// String is the job for a person.
func (j Job) String() string {
	text := fmt.Sprintf("%s of %s from %s to %s, ages as of %s", j.Pipeline, j.Topic, moment(j.From), moment(j.To), j.AsOf)
	if j.Shadow != "" {
		text += ", into shadow " + j.Shadow
	}
	return text
}

func moment(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339Nano) }

// Part is a replay's share of one partition: offsets from From to To, exclusive.
type Part struct {
	Partition int32
	From, To  int64
	Next      int64 // the first that is not settled yet
	Gone      int64 // records below this offset, some of which may have been in the range, were gone when the replay began; 0 = none
}

// Done says that nothing is left of it.
func (p Part) Done() bool { return p.Next >= p.To }

// note is what stands beside a commit.
type note struct {
	Format int   `json:"v"`
	Job    Job   `json:"job"`
	From   int64 `json:"first"`
	To     int64 `json:"end"`
	Gone   int64 `json:"gone,omitempty"`
}

const noteFormat = 1

func (n note) text() (string, error) {
	raw, err := json.Marshal(n)
	if err != nil {
		return "", fmt.Errorf("writing a replay's note: %w", err)
	}
	return string(raw), nil
}

func readNote(text string) (note, error) {
	var n note
	if err := json.Unmarshal([]byte(text), &n); err != nil {
		return n, fmt.Errorf("reading a replay's note: %w", err)
	}
	if n.Format != noteFormat {
		return n, fmt.Errorf("reading a replay's note: its format is %d, this program knows %d", n.Format, noteFormat)
	}
	return n, nil
}
