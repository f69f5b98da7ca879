package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"sluice/internal/bench/fleet"
	"sluice/internal/pause"
)

const (
	nearbyRate    = 50.0 // questions a second
	nearbyClients = 8
	barNearbyMS   = 50 // p99
)

// asker asks for the 20 nearest idle drivers around random places of the city.
type asker struct {
	http *http.Client
	url  string
	mu   sync.Mutex
	rnd  *rand.Rand
}

func measureNearby(ctx context.Context, b *run, name string) (err error) {
	rate, err := b.liveMaximum(ctx, name)
	if err != nil {
		return err
	}
	s := b.space(name)
	if err := b.prepare(ctx, s); err != nil {
		return err
	}
	address, err := freeAddress()
	if err != nil {
		return err
	}
	target := "SLUICE_ELASTIC_URLS=" + b.cfg.Elastic
	query, err := b.start(ctx, "query", "", s.with(target, "SLUICE_HTTP_LISTEN="+address))
	if err != nil {
		return err
	}
	defer query.end(&err)
	if err := query.ready(ctx); err != nil {
		return err
	}
	a := &asker{http: b.http, url: "http://" + address, rnd: rand.New(rand.NewPCG(b.cfg.Seed, 1))} // places, not secrets
	at := fmt.Sprintf("at %.0f k pings/s, %.0f questions/s", rate/2000, nearbyRate)
	_, err = b.under(ctx, load{
		what: "nearby while pings flow at half of the maximum", space: s, rate: rate / 2,
		pipeline: pipelineLive, env: []string{target}, profile: name,
		warmed: func(ctx context.Context) error { return pause.For(ctx, a.everyDriver(b.cfg.Drivers, rate/2)) },
	}, func(ctx context.Context) error {
		times, err := openLoop(ctx, nearbyClients, nearbyRate, b.cfg.For, a.ask)
		if err == nil {
			b.add(
				plain(name, "answer p50", micros(times, 50), unitMS).noted(at),
				ceiling(name, "answer p99", micros(times, 99), unitMS, barNearbyMS).noted(at),
			)
		}
		return err
	})
	return errors.Join(err, b.setup(ctx, s))
}

// liveMaximum is what live-elastic reached in this run, measured now if that row was not asked for.
func (b *run) liveMaximum(ctx context.Context, name string) (float64, error) {
	if best := b.best["live-elastic"]; best > 0 {
		return best, nil
	}
	if err := b.fill(ctx); err != nil {
		return 0, err
	}
	if err := b.setup(ctx, b.backlog); err != nil {
		return 0, err
	}
	d, err := b.steady(ctx, name+"-maximum", pipelineLive, []string{everyPing, noAgeLimit, "SLUICE_ELASTIC_URLS=" + b.cfg.Elastic})
	return d.rate, errors.Join(err, b.setup(ctx, b.backlog))
}

// everyDriver is how long it takes until every driver has reported twice.
func (a *asker) everyDriver(drivers int, rate float64) time.Duration {
	return time.Duration(2 * float64(drivers) / rate * float64(time.Second))
}

func (a *asker) ask(ctx context.Context) error {
	a.mu.Lock()
	lat := fleet.CentreLat + (a.rnd.Float64()*2-1)*0.2
	lon := fleet.CentreLon + (a.rnd.Float64()*2-1)*0.2
	a.mu.Unlock()
	url := fmt.Sprintf("%s/v1/drivers/nearby?lat=%.6f&lon=%.6f&radius=3000&limit=20&status=idle", a.url, lat, lon)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return fmt.Errorf("asking for drivers: %w", err)
	}
	resp, err := a.http.Do(req)
	if err != nil {
		return fmt.Errorf("asking for drivers: %w", err)
	}
	defer resp.Body.Close() // read to its end
	var answer struct {
		Drivers []json.RawMessage `json:"drivers"`
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("asking for drivers: answered %d", resp.StatusCode)
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("asking for drivers: %w", err)
	}
	if len(answer.Drivers) == 0 {
		return errors.New("asking for drivers: there was none near")
	}
	return nil
}
