package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"sluice/internal/pause"
)

// place asks how soon a driver who reports is found by whoever searches where he is.
type place struct {
	http *http.Client
	url  string
	next atomic.Int64
}

// The probes' drivers stand on a line far from the city, a few hundred metres apart.
const (
	placeLat  = 10.0
	placeLon  = 20.0
	placeStep = 0.005 // degrees
	placePoll = 10 * time.Millisecond
)

var errNotFoundInTime = errors.New("a probe was not found in time") // compared by nobody, told to the reader

// appears posts a ping of a driver of its own and asks for drivers near it until it is found.
func (p *place) appears(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, probeGrace, errNotFoundInTime)
	defer cancel()
	n := p.next.Add(1)
	lon := placeLon + float64(n)*placeStep
	id := fmt.Sprintf("%s%d-%d", probePrefix, time.Now().UnixMilli(), n)
	ping := fmt.Sprintf(`{"driverId":%q,"ts":%d,"lat":%g,"lon":%g,"status":"idle"}`, id, time.Now().UnixMilli(), placeLat, lon)
	if err := p.post(ctx, ping); err != nil {
		return err
	}
	url := fmt.Sprintf("%s/v1/drivers/nearby?lat=%g&lon=%g&radius=50&limit=1", p.url, placeLat, lon)
	for {
		found, err := p.finds(ctx, url, id)
		if found || err != nil {
			return err
		}
		if err := pause.For(ctx, placePoll); err != nil {
			return err
		}
	}
}

func (p *place) post(ctx context.Context, ping string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/v1/pings", strings.NewReader(ping))
	if err != nil {
		return fmt.Errorf("posting a probe: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := p.http.Do(req)
	if err != nil {
		return fmt.Errorf("posting a probe: %w", err)
	}
	if err := resp.Body.Close(); err != nil {
		return fmt.Errorf("posting a probe: %w", err)
	}
	if resp.StatusCode != http.StatusAccepted {
		return fmt.Errorf("posting a probe: answered %d", resp.StatusCode)
	}
	return nil
}

func (p *place) finds(ctx context.Context, url, id string) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false, fmt.Errorf("looking for a probe: %w", err)
	}
	resp, err := p.http.Do(req)
	if err != nil {
		return false, fmt.Errorf("looking for a probe: %w", err)
	}
	defer resp.Body.Close() // read to its end
	var answer struct {
		Drivers []struct {
			DriverID string `json:"driverId"`
		} `json:"drivers"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode != http.StatusOK {
		return false, errors.Join(fmt.Errorf("looking for a probe: answered %d", resp.StatusCode), err)
	}
	return len(answer.Drivers) == 1 && answer.Drivers[0].DriverID == id, nil
}
