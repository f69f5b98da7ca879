package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sluice/internal/kafka"
	"sluice/internal/printable"
	"sluice/internal/send"
	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/load"
	orderplan "sluice/internal/simulate/orders"
	"sluice/pipelines/orders"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// runOrders sends a load of orders and prints what it did.
func (c *simulateLoadCmd) runOrders(ctx context.Context, p *process, cfg *config) (err error) {
	if c.Disorder+c.Ahead+c.Teleport+c.Poison > 0 {
		return usage(errors.New("disorder, ahead, teleport and poison are of pings: --orders has --shuffle, --void and --purchase"))
	}
	byRules, err := cfg.rules()
	if err != nil {
		return usage(err)
	}
	loaded := c.ordersConfig(byRules)
	if err := loaded.Validate(); err != nil {
		return usage(err)
	}
	if c.Ledger == "" {
		c.Ledger = strings.TrimSuffix(loaded.Plan.Run, "-") + ".ledger"
	}
	parts, to, err := c.orderParts(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, parts.close()) }()
	bar := newSimulateBar(p)
	defer bar.end()
	parts.deps.Watcher = bar
	first, err := parts.stand(ctx)
	if err != nil {
		return err
	}
	loaded.Plan.Start = time.Now().Add(startsIn).UnixMilli()
	book, err := ledger.Create(c.Ledger, ledger.Header{Orders: &loaded.Plan, To: printable.Address(c.To), Ops: addresses(c.Ops), Pipelines: orderReaders(cfg)})
	if err != nil {
		return err
	}
	run := func(ctx context.Context) (load.Summary, error) { return load.RunOrders(ctx, loaded, to, parts.deps) }
	summary, err := c.send(ctx, p, loaded.Plan.Run, run, parts, book, &first)
	bar.end()
	if err == nil && summary.Acked+summary.Refused == 0 && summary.Doubtful > 0 {
		err = fmt.Errorf("not one record was answered, %d are in doubt; the last error: %s", summary.Doubtful, summary.LastError)
	}
	return errors.Join(c.print(p.stdout, &summary), err)
}

// ordersConfig is the load; its start is set again when it begins.
func (c *simulateLoadCmd) ordersConfig(by *rules.Rules) load.OrdersConfig {
	seed := c.Seed
	if seed == 0 {
		seed = randomSeed()
	}
	lanes := int64(c.Workers)
	batch := int64(min(maxSimulateBatch, max(2, 2*c.Rate/batchesPerSecond/float64(lanes))))
	return load.OrdersConfig{
		Plan: orderplan.Plan{
			Run: newRun(), Seed: seed, Start: time.Now().UnixMilli(), Rate: c.Rate, Orders: c.Orders, Members: c.Members,
			Lanes: lanes, Batch: batch, Over: c.Over.Milliseconds(), Shuffle: c.Shuffle.Milliseconds(),
			Shares: orderplan.Shares{Late: float64(c.Late), Voided: float64(c.Void), Purchased: float64(c.Purchase), Doubled: float64(c.Double)},
			Rules:  planRules(by),
		},
		Backlog: c.Backlog, GiveUp: c.GiveUp, Grace: interruptGrace, Settle: simulateSettle,
	}
}

// planRules are the rules as a ledger's header keeps them.
func planRules(by *rules.Rules) orderplan.Rules {
	kept := orderplan.Rules{Version: by.Version, TimeZone: by.TimeZone, KeepMonths: by.KeepMonths}
	for _, l := range by.Levels {
		kept.Levels = append(kept.Levels, orderplan.Level{Name: l.Name, Orders: l.Orders})
	}
	for _, p := range by.Products {
		kept.Products = append(kept.Products, orderplan.Product{SKU: p.SKU, Level: p.Level, Days: int64(p.Days)})
	}
	return kept
}

// orderReaders are the pipelines that read a load of orders.
func orderReaders(cfg *config) []ledger.Pipeline {
	return append(readersOf(cfg, schemas.TopicOrders, orders.Levels, orders.Index), readersOf(cfg, schemas.TopicPurchases, orders.Purchases)...)
}

// orderParts dials nothing.
func (c *simulateLoadCmd) orderParts(cfg *config) (*simulateParts, load.OrderGateways, error) {
	var to load.OrderGateways
	s := &simulateParts{counters: newProcessCounters(c.Ops)}
	if len(c.Ops) > 0 {
		s.deps.Counters = s.counters
	}
	for stream, at := range map[string]*load.Gateway{"orders": &to.Orders, "purchases": &to.Purchases} {
		gateway, err := send.NewGatewayOf(stream, c.To, c.Key, c.Workers, c.Timeout)
		if err != nil {
			return nil, to, errors.Join(usage(err), s.close())
		}
		*at = simulateGateway{gateway}
		s.closers = append(s.closers, closing(gateway.Close))
	}
	admin, err := kafka.NewAdmin(cfg.kafka())
	if err != nil {
		return nil, to, errors.Join(usage(err), s.close())
	}
	s.closers = append(s.closers, admin.Close)
	s.offsets = &readerOffsets{admin: admin, readers: orderReaders(cfg)}
	s.deps.Offsets = s.offsets
	return s, to, nil
}
