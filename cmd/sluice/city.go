package main

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"sluice/internal/city"
	"sluice/internal/send"
	"sluice/internal/telemetry"
)

// How the simulated city reaches the gateway.
const (
	cityConnections = 2
	cityTimeout     = 10 * time.Second // of one request
)

// membersPerCity are who order rides: so few that some have a level within a minute.
const membersPerCity = 300

// addCity lets a simulated city post through the gateway of this process, as phones and an order service would.
func (a *app) addCity(drivers int, key string) error {
	observer, err := telemetry.NewCity(a.reg, a.log)
	if err != nil {
		return err
	}
	address := "http://" + a.http.Addr().String()
	gateways := cityGateways{}
	for _, stream := range [...]string{city.StreamPings, city.StreamOrders, city.StreamPurchases} {
		gateway, err := send.NewGatewayOf(stream, address, key, cityConnections, cityTimeout)
		if err != nil {
			return err
		}
		gateways[stream] = gateway
		a.closers = append(a.closers, closing(gateway.Close))
	}
	var skus []string
	for _, product := range a.site.members.rules.Products {
		skus = append(skus, product.SKU)
	}
	c, err := city.New(city.Config{Drivers: drivers, Members: membersPerCity, SKUs: skus, Connections: cityConnections}, gateways, observer)
	if err != nil {
		return usage(err)
	}
	a.group.add("city", c.Run)
	a.site.facts = append(a.site.facts, zap.String("city", fmt.Sprintf("%d drivers; %d members order rides, buy levels and rise: curl %s/v1/members/M0000001, curl -N '%[3]s/v1/live?topics=levels'", drivers, membersPerCity, address)))
	return nil
}

// cityGateways post the city's batches as send does its files, by stream.
type cityGateways map[string]*send.Gateway

// Post sends one batch.
func (g cityGateways) Post(ctx context.Context, b *city.Batch) (accepted, refused int, err error) {
	said, err := g[b.Stream].Post(ctx, &send.Batch{Body: b.Body, Ends: b.Ends})
	return int(said.Accepted), int(said.Rejected), err
}
