package progress

import "context"

// Relay is what of member levels waits to be published.
type Relay struct {
	WaitingBuckets int   `json:"waitingBuckets"` // parts of the store with something to publish
	OldestMS       int64 `json:"oldestMs"`       // how long the oldest has waited; 0 = nothing waits
}

// levels is what the store of member levels is called among those who did not answer.
const levels = "levels"

// askRelay is nil when nobody can tell.
func (p *Progress) askRelay(ctx context.Context) (*Relay, error) {
	if p.deps.Relay == nil {
		return nil, nil //nolint:nilnil // nobody is asked
	}
	ctx, cancel := context.WithTimeout(ctx, p.cfg.KafkaTimeout)
	defer cancel()
	relay, err := p.deps.Relay(ctx)
	if err != nil {
		return nil, err
	}
	return &relay, nil
}
