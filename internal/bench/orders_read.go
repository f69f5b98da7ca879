package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"sluice/internal/bench/crowd"
	"sluice/internal/pause"
)

// reading asks what members have, and knows what the answers must be.
type reading struct {
	http    *http.Client
	url     string
	members []crowd.Member

	right, refused, wrong int // answers
}

const (
	readyLimit = time.Minute
	readPause  = 50 * time.Millisecond
)

// until reads all members again and again, until each answer of a round is right.
func (r *reading) until(ctx context.Context, limit time.Duration) error {
	if len(r.members) == 0 {
		return errors.New("there is nobody to be read")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("not read right within %s", limit))
	defer cancel()
	for {
		before := r.right
		var last error
		for _, m := range r.members {
			if err := r.read(ctx, m); err != nil {
				last = err
			}
			if ctx.Err() != nil {
				break
			}
		}
		if r.right == before+len(r.members) {
			return nil
		}
		if err := pause.For(ctx, readPause); err != nil {
			return errors.Join(err, last)
		}
	}
}

// read asks for one member. An answer that is no answer is refused, one that says another number is wrong.
func (r *reading) read(ctx context.Context, m crowd.Member) error {
	orders, err := readMember(ctx, r.http, r.url, m.ID)
	switch {
	case err != nil:
		r.refused++
		return err
	case orders != m.Orders:
		r.wrong++
		return fmt.Errorf("reading member %s: %d orders, not %d", m.ID, orders, m.Orders)
	}
	r.right++
	return nil
}

// readMember is how many orders a member has in the present month.
func readMember(ctx context.Context, client *http.Client, url, id string) (orders int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/v1/members/"+id, http.NoBody)
	if err != nil {
		return 0, fmt.Errorf("reading a member: %w", err)
	}
	answer, err := client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("reading a member: %w", err)
	}
	defer answer.Body.Close() // read to its end
	var said struct {
		Month struct {
			Orders int `json:"orders"`
		} `json:"month"`
	}
	err = json.NewDecoder(answer.Body).Decode(&said)
	if answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("reading a member: answered %d", answer.StatusCode)
	}
	if err != nil {
		return 0, fmt.Errorf("reading a member: %w", err)
	}
	return said.Month.Orders, nil
}
