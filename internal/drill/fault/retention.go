package fault

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// retention deletes records that the pipelines have not read yet, as a topic's retention does when
// it is shorter than an outage. What it deletes is read before, so that the ledger knows.
type retention struct {
	topics  stage.Topics
	groups  stage.Groups
	records stage.Records
	topic   string // on the wire
	readers []reader
	crew    crew
	reports *gapReports
	take    int64  // records of each partition
	file    string // of what was taken

	away  bool // the crew is stopped
	taken []gap
	gone  bool // they were deleted
	count int64
}

// gap is offsets of a partition that one pipeline will never read; To is not among them.
type gap struct {
	Pipeline  string
	Partition int32
	From, To  int64
}

// Inject stops the pipelines, waits until each partition has more records than are to be taken, and takes them.
func (r *retention) Inject(ctx context.Context) error {
	r.away = true
	if err := r.crew.stop(ctx); err != nil {
		return fmt.Errorf("stopping the pipelines: %w", err)
	}
	before, err := r.backlog(ctx)
	if err != nil {
		return err
	}
	if err := r.keep(ctx, before); err != nil {
		return fmt.Errorf("noting what is taken: %w", err)
	}
	r.reports.mark()
	if err := r.topics.DeleteRecords(ctx, r.topic, before); err != nil {
		return err
	}
	r.gone = true
	return nil
}

// backlog waits for one, and says before which offset of each partition records go: the same for all pipelines.
func (r *retention) backlog(ctx context.Context) (before map[int32]int64, err error) {
	err = until(ctx, "every partition has a backlog", func(ctx context.Context) error {
		at, err := look(ctx, r.groups, r.readers, r.topic)
		if err != nil {
			return err
		}
		before, r.taken = map[int32]int64{}, nil
		for pipeline, s := range at {
			for _, id := range s.partitions() {
				before[id] = max(before[id], next(s[id])+r.take)
				if s[id].End < before[id] {
					return fmt.Errorf("%s has %d records to read in partition %d", pipeline, s[id].End-next(s[id]), id)
				}
			}
		}
		for pipeline, s := range at {
			for _, id := range s.partitions() {
				r.taken = append(r.taken, gap{pipeline, id, next(s[id]), before[id]})
			}
		}
		return nil
	})
	return before, err
}

// lostRecord is a line of the file that `simulate verify --lost` reads.
type lostRecord struct {
	Pipeline  string `json:"pipeline"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
	Value     []byte `json:"value"`
}

// keep notes each record of the gaps.
func (r *retention) keep(ctx context.Context, before map[int32]int64) (err error) {
	f, err := os.OpenFile(r.file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	out := bufio.NewWriter(f)
	lines := json.NewEncoder(out)
	for _, g := range r.taken {
		err := r.records.Read(ctx, r.topic, g.Partition, g.From, before[g.Partition], func(offset int64, value []byte) error {
			r.count++
			return lines.Encode(lostRecord{g.Pipeline, g.Partition, offset, value})
		})
		if err != nil {
			return err
		}
	}
	return out.Flush()
}

// Heal starts the pipelines and waits until they have reported each gap to the offset, and no other.
func (r *retention) Heal(ctx context.Context) error {
	if !r.away {
		return nil
	}
	r.away = false
	if err := r.crew.start(ctx); err != nil {
		return fmt.Errorf("starting the pipelines: %w", err)
	}
	if !r.gone {
		return nil
	}
	return until(ctx, "the pipelines report what was taken", func(context.Context) error { return r.reports.equal(r.taken) })
}

// Lost is the file of what was taken.
func (r *retention) Lost() string {
	if r.count == 0 {
		return ""
	}
	return r.file
}

// Saw says how many records were taken: one that two pipelines had not read counts twice.
func (r *retention) Saw() map[string]float64 { return map[string]float64{"taken": float64(r.count)} }

func retentionKind() Kind {
	return Kind{
		About: "stops the pipelines and deletes records that they have not read, as a retention shorter than an outage does",
		On:    []string{"kafka"},
		With:  map[string]string{"take": "records of each partition; 20 when nothing is said"},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			kafka := on.Kafka()
			r := &retention{
				topics: kafka, groups: kafka, records: kafka, topic: on.Topic(pingsTopic), readers: readersOf(on),
				crew: crewOf(on, "pipelines"), take: args.number("take", 20), file: filepath.Join(on.Dir(), "lost.ndjson"),
				reports: &gapReports{logs: logsOf(on, "pipelines"), why: "retention"},
			}
			return r, args.wrong()
		},
	}
}
