package fault

import (
	"context"
	"fmt"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// recreated deletes the topic and makes it anew. Nobody may lose by that what was acknowledged: so the gateway is
// stopped, and what is in the topic is read to its end before.
type recreated struct {
	topics  stage.Topics
	groups  stage.Groups
	topic   string // on the wire
	readers []reader
	gateway crew
	away    bool
	made    bool // it was made anew since the last healing
	anew    int  // partitions
}

// Inject returns when the new topic is there.
func (r *recreated) Inject(ctx context.Context) error {
	r.away = true
	if err := r.gateway.stop(ctx); err != nil {
		return fmt.Errorf("stopping the gateway: %w", err)
	}
	err := until(ctx, "the topic is read to its end", func(ctx context.Context) error {
		at, err := look(ctx, r.groups, r.readers, r.topic)
		for pipeline, s := range at {
			if lag := s.lag(); lag > 0 {
				return fmt.Errorf("%s has %d records to read", pipeline, lag)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	err = r.topics.Recreate(ctx, r.topic)
	r.made = err == nil
	return err
}

// Heal lets records come again, and returns when the pipelines have committed something of the new topic.
func (r *recreated) Heal(ctx context.Context) error {
	if !r.away {
		return nil
	}
	r.away = false
	if err := r.gateway.start(ctx); err != nil {
		return fmt.Errorf("starting the gateway: %w", err)
	}
	return until(ctx, "the new topic is read", func(ctx context.Context) error {
		at, err := look(ctx, r.groups, r.readers, r.topic)
		if err == nil {
			err = readFrom(at, 0)
		}
		if err == nil && r.made {
			r.made = false
			r.anew += len(at[r.readers[0].pipeline])
		}
		return err
	})
}

// Saw says how many partitions were made anew and are read.
func (r *recreated) Saw() map[string]float64 { return map[string]float64{"recreated": float64(r.anew)} }

// readFrom complains of pipelines that have committed nothing of a partition from that number on in which there are records.
func readFrom(at map[string]standing, first int32) error {
	written := false
	for pipeline, s := range at {
		for _, id := range s.partitions() {
			o := s[id]
			if id < first || o.End == o.Start {
				continue
			}
			written = true
			if o.Committed <= o.Start || o.Committed > o.End {
				return fmt.Errorf("%s has committed %d of partition %d, which is from %d to %d", pipeline, o.Committed, id, o.Start, o.End)
			}
		}
	}
	if !written {
		return fmt.Errorf("nothing was written to a partition from %d on", first)
	}
	return nil
}

func recreatedKind() Kind {
	return Kind{
		About: "deletes the topic of the pings, all read, and makes it anew with offsets from 0",
		On:    []string{"kafka"},
		Make: func(on *stage.Stage, _ script.Fault) (Fault, error) {
			kafka := on.Kafka()
			return &recreated{topics: kafka, groups: kafka, topic: on.Topic(pingsTopic), readers: readersOf(on), gateway: crewOf(on, "gateway")}, nil
		},
	}
}

// widened adds partitions to the topic under load. That cannot be undone: healed is when all of them are read.
type widened struct {
	topics  stage.Topics
	groups  stage.Groups
	topic   string // on the wire
	readers []reader
	by      int32
	first   int32 // of the new partitions
	added   int32 // partitions, over all injections
}

// Inject returns when the controller has them.
func (w *widened) Inject(ctx context.Context) error {
	at, err := look(ctx, w.groups, w.readers[:1], w.topic)
	if err != nil {
		return err
	}
	w.first = int32(len(at[w.readers[0].pipeline]))
	return w.topics.AddPartitions(ctx, w.topic, w.first+w.by)
}

// Heal returns when records were written to every new partition, and every pipeline reads them.
func (w *widened) Heal(ctx context.Context) error {
	if w.first == 0 {
		return nil
	}
	return until(ctx, "the new partitions are read", func(ctx context.Context) error {
		at, err := look(ctx, w.groups, w.readers, w.topic)
		if err != nil {
			return err
		}
		for pipeline, s := range at {
			for id := w.first; id < w.first+w.by; id++ {
				if s[id].End == s[id].Start {
					return fmt.Errorf("%s sees nothing in partition %d", pipeline, id)
				}
			}
		}
		if err := readFrom(at, w.first); err != nil {
			return err
		}
		w.added += w.by
		return nil
	})
}

// Saw says how many partitions were added and are read.
func (w *widened) Saw() map[string]float64 { return map[string]float64{"added": float64(w.added)} }

func widenedKind() Kind {
	return Kind{
		About: "adds partitions to the topic of the pings",
		On:    []string{"kafka"},
		With:  map[string]string{"partitions": "how many; 2 when nothing is said"},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args, kafka := &arguments{with: f.With}, on.Kafka()
			w := &widened{topics: kafka, groups: kafka, topic: on.Topic(pingsTopic), readers: readersOf(on), by: int32(args.number("partitions", 2))}
			return w, args.wrong()
		},
	}
}
