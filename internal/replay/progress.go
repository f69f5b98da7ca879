package replay

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
)

// Parts are the shares of the partitions, in their order, as of the last look.
func (p *Plan) Parts() []Part {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.SortedFunc(maps.Values(p.parts), func(a, b Part) int { return cmp.Compare(a.Partition, b.Partition) })
}

// Progress is how far a replay is, in offsets, which are at least as many as its records.
type Progress struct {
	Done, Total int64
}

// Finished says that nothing is left.
func (p Progress) Finished() bool { return p.Done >= p.Total }

// progress asks how far all processes together have come.
func (p *Plan) progress(ctx context.Context) (Progress, error) {
	places, err := p.ledger.Places(ctx, p.group, p.Job.Topic)
	if err != nil {
		return Progress{}, err
	}
	if len(places) == 0 { // another process found it finished, and has removed it
		total := p.Progress().Total
		return Progress{Done: total, Total: total}, nil
	}
	p.mu.Lock()
	for _, place := range places {
		if part, known := p.parts[place.Partition]; known {
			part.Next = max(part.Next, place.Next)
			p.parts[place.Partition] = part
		}
	}
	p.mu.Unlock()
	return p.Progress(), nil
}

// Progress is how far the replay was at the last look.
func (p *Plan) Progress() Progress {
	p.mu.Lock()
	defer p.mu.Unlock()
	var sum Progress
	for _, part := range p.parts {
		sum.Total += part.To - part.From
		sum.Done += min(max(part.Next, part.From), part.To) - part.From
	}
	return sum
}

// share is a partition's part.
func (p *Plan) share(partition int32) (Part, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	part, known := p.parts[partition]
	return part, known
}

// Forget removes the group of a finished replay. Others that have not left it yet remove it
// themselves.
func (p *Plan) Forget(ctx context.Context) error {
	if err := p.ledger.RemoveGroup(ctx, p.group); err != nil && !errors.Is(err, ErrBusy) {
		return err
	}
	return nil
}
