package main

import (
	"context"
	"time"

	"sluice/internal/city"
	"sluice/internal/send"
	"sluice/internal/telemetry"
)

// How the simulated city reaches the gateway.
const (
	cityConnections = 2
	cityTimeout     = 10 * time.Second // of one request
)

// addCity lets a simulated city post through the gateway of this process, as phones would.
func (a *app) addCity(drivers int, key string) error {
	observer, err := telemetry.NewCity(a.reg, a.log)
	if err != nil {
		return err
	}
	gateway, err := send.NewGateway("http://"+a.http.Addr().String(), key, cityConnections, cityTimeout)
	if err != nil {
		return err
	}
	a.closers = append(a.closers, closing(gateway.Close))
	c, err := city.New(city.Config{Drivers: drivers, Connections: cityConnections}, cityGateway{gateway}, observer)
	if err != nil {
		return usage(err)
	}
	a.group.add("city", c.Run)
	return nil
}

// cityGateway posts the city's batches as send does its files.
type cityGateway struct{ *send.Gateway }

// Post sends one batch of pings.
func (g cityGateway) Post(ctx context.Context, b *city.Batch) (accepted, refused int, err error) {
	said, err := g.Gateway.Post(ctx, &send.Batch{Body: b.Body, Ends: b.Ends})
	return int(said.Accepted), int(said.Rejected), err
}
