package replay

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Place is where a consumer group stands in one partition.
type Place struct {
	Partition int32
	Next      int64
	Note      string
}

// Ledger keeps where groups stand; topics are named without prefix.
type Ledger interface {
	// Places are those of a topic's partitions for which the group has a commit.
	Places(ctx context.Context, group, topic string) ([]Place, error)
	// PutPlaces commits for a group without members; ErrBusy when it has some.
	PutPlaces(ctx context.Context, group, topic string, places []Place) error
	// RemoveGroup forgets the group; ErrBusy when it has members.
	RemoveGroup(ctx context.Context, group string) error
}

// ErrBusy says that other processes are members of the group.
var ErrBusy = errors.New("the group has members")

// ErrOther says that another replay has this name.
var ErrOther = errors.New("another replay has this name")

// ErrNone says that there is no replay of this name to go on with.
var ErrNone = errors.New("no replay of this name is under way")

// Bounds finds where a job lies in each partition of its topic, as parts not begun.
type Bounds func(ctx context.Context, job Job) ([]Part, error)

// Plan is one replay under way.
type Plan struct {
	Job     Job
	Resumed bool // it had begun before

	ledger Ledger
	group  string

	mu    sync.Mutex
	parts map[int32]Part
}

// Resume goes on with the replay of a group, whatever it replays; ErrNone when there is none.
func Resume(ctx context.Context, ledger Ledger, bounds Bounds, group, topic string) (*Plan, error) {
	p, err := load(ctx, ledger, group, topic)
	if err != nil {
		return nil, err
	}
	return p, p.complete(ctx, bounds)
}

// Begin starts a replay, or goes on with it when the group replays the same job already;
// ErrOther when it replays another. The beginning of each partition is committed before
// anything is read.
func Begin(ctx context.Context, ledger Ledger, bounds Bounds, group string, job Job) (*Plan, error) {
	if err := job.Validate(); err != nil {
		return nil, fmt.Errorf("beginning a replay: %w", err)
	}
	p, err := load(ctx, ledger, group, job.Topic)
	if errors.Is(err, ErrNone) {
		p = &Plan{Job: job, ledger: ledger, group: group, parts: make(map[int32]Part)}
		err = nil
	}
	if err != nil {
		return nil, err
	}
	if p.Job != job {
		return nil, fmt.Errorf("%w: it replays %v", ErrOther, p.Job)
	}
	return p, p.complete(ctx, bounds)
}

// load reads what the group's commits say.
func load(ctx context.Context, ledger Ledger, group, topic string) (*Plan, error) {
	places, err := ledger.Places(ctx, group, topic)
	if err != nil {
		return nil, err
	}
	if len(places) == 0 {
		return nil, ErrNone
	}
	p := &Plan{Resumed: true, ledger: ledger, group: group, parts: make(map[int32]Part)}
	for i, place := range places {
		n, err := readNote(place.Note)
		if err != nil {
			return nil, fmt.Errorf("the group %s is not a replay's: %w", group, err)
		}
		if i > 0 && n.Job != p.Job {
			return nil, fmt.Errorf("%w twice: %v, and %v", ErrOther, p.Job, n.Job)
		}
		p.Job = n.Job
		p.parts[place.Partition] = Part{Partition: place.Partition, From: n.From, To: n.To, Next: place.Next, Gone: n.Gone}
	}
	return p, nil
}

// complete commits the beginning of the partitions that have none: all of them at
// first, some after a crash in between.
func (p *Plan) complete(ctx context.Context, bounds Bounds) error {
	found, err := bounds(ctx, p.Job)
	if err != nil {
		return err
	}
	var fresh []Place
	for _, part := range found {
		if _, known := p.parts[part.Partition]; known {
			continue
		}
		part.Next = part.From
		text, err := p.note(part)
		if err != nil {
			return err
		}
		p.parts[part.Partition] = part
		fresh = append(fresh, Place{Partition: part.Partition, Next: part.From, Note: text})
	}
	if len(fresh) == 0 {
		return nil
	}
	err = p.ledger.PutPlaces(ctx, p.group, p.Job.Topic, fresh)
	if errors.Is(err, ErrBusy) {
		return fmt.Errorf("beginning a replay: another process begins it just now: try again: %w", err)
	}
	return err
}

func (p *Plan) note(part Part) (string, error) {
	return note{Format: noteFormat, Job: p.Job, From: part.From, To: part.To, Gone: part.Gone}.text()
}

// Notes are to be kept with every commit of the group.
func (p *Plan) Notes() (map[int32]string, error) {
	notes := make(map[int32]string, len(p.parts))
	for id, part := range p.parts {
		text, err := p.note(part)
		if err != nil {
			return nil, err
		}
		notes[id] = text
	}
	return notes, nil
}
