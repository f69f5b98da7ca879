package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sluice/internal/send"
	"sluice/internal/simulate/verify"
	"sluice/schemas"
)

// freshPing posts a ping of a driver of its own, asks until it is found, and takes the driver offline.
type freshPing struct {
	gateway *send.Gateway
	query   string
	key     string
	driver  string
	client  *http.Client
}

func newFreshPing(to, query, key, run string) (*freshPing, error) {
	gateway, err := send.NewGateway(to, key, 1, probeTimeout)
	if err != nil {
		return nil, err
	}
	if query == "" {
		query = to
	}
	return &freshPing{gateway: gateway, query: strings.TrimSuffix(query, "/"), key: key, driver: verify.ProbePrefix + run + newRun(), client: &http.Client{Timeout: probeTimeout}}, nil
}

const (
	probeTimeout = 5 * time.Second
	probePoll    = 50 * time.Millisecond
	probeLat     = 31.23
	probeLon     = 121.47
	maxProbeBody = 1 << 20
)

// Probe returns once the ping has been the driver's position, and among those near it; the driver is offline then.
func (f *freshPing) Probe(ctx context.Context) (time.Duration, error) {
	begin := time.Now()
	if err := f.post(ctx, begin.UnixMilli(), schemas.StatusIdle); err != nil {
		return 0, err
	}
	took, err := f.wait(ctx, begin)
	if err != nil {
		return 0, err
	}
	// Else clients would find it nearby until it is too old.
	if err := f.post(ctx, max(time.Now().UnixMilli(), begin.UnixMilli()+1), schemas.StatusOffline); err != nil {
		return 0, fmt.Errorf("taking the ping's driver offline again: %w", err)
	}
	return took, nil
}

func (f *freshPing) post(ctx context.Context, at int64, status schemas.Status) error {
	body := fmt.Appendf(nil, `{"driverId":%q,"ts":%d,"lat":%g,"lon":%g,"status":%q,"vehicle":"probe"}`+"\n", f.driver, at, probeLat, probeLon, status)
	said, err := f.gateway.Post(ctx, &send.Batch{Body: body, Ends: []int{len(body)}})
	switch {
	case err != nil:
		return fmt.Errorf("posting: %w", err)
	case said.Accepted != 1:
		return errors.New("the gateway refused it")
	}
	return nil
}

// wait asks until the ping is found, and says how long it took.
func (f *freshPing) wait(ctx context.Context, begin time.Time) (time.Duration, error) {
	near := fmt.Sprintf("/v1/drivers/nearby?lat=%g&lon=%g&radius=100&limit=20&vehicle=probe", probeLat, probeLon)
	tick := time.NewTicker(probePoll)
	defer tick.Stop()
	for {
		found, err := f.foundAt(ctx, near)
		if found {
			found, err = f.foundAt(ctx, "/v1/drivers/"+url.PathEscape(f.driver))
		}
		if found {
			return time.Since(begin), nil
		}
		select {
		case <-ctx.Done():
			return 0, errors.Join(context.Cause(ctx), err)
		case <-tick.C:
		}
	}
}

// foundAt asks one question; found means that the answer names the driver.
func (f *freshPing) foundAt(ctx context.Context, path string) (found bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.query+path, http.NoBody)
	if err != nil {
		return false, err
	}
	if f.key != "" {
		req.Header.Set("Authorization", "Bearer "+f.key)
	}
	resp, err := f.client.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close() // read to its end
	var answer struct {
		schemas.Position
		Drivers []schemas.Position `json:"drivers"`
	}
	err = json.NewDecoder(io.LimitReader(resp.Body, maxProbeBody)).Decode(&answer)
	if err != nil || resp.StatusCode != http.StatusOK {
		return false, errors.Join(err, fmt.Errorf("status %d", resp.StatusCode))
	}
	for _, d := range append(answer.Drivers, answer.Position) {
		if d.DriverID == f.driver {
			return true, nil
		}
	}
	return false, nil
}

func (f *freshPing) close() error {
	f.gateway.Close()
	f.client.CloseIdleConnections()
	return nil
}
