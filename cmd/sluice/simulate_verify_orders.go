package main

import (
	"context"
	"errors"
	"time"

	"sluice/internal/kafka"
	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/verify"
)

const (
	memberReaders = 8                // members asked for at once
	settledWithin = 30 * time.Second // once the pipelines are done, for the relay to bring the last changes to their topic, and for searches to see the last orders
)

// verifyOrders verifies a load of orders and prints.
func (c *simulateVerifyCmd) verifyOrders(ctx context.Context, p *process, cfg *config, book *ledger.Ledger) (err error) {
	if c.Data != "" || len(c.Lost) > 0 {
		return usage(errors.New("members and their orders are asked for by --query: --data and --lost are of pings"))
	}
	ask := c.Query
	for _, where := range []string{c.To, book.Header.To} {
		if ask == "" && where != "none" {
			ask = where
		}
	}
	if ask == "" {
		return usage(errors.New("--query has to say where members are asked for"))
	}
	admin, err := kafka.NewAdmin(cfg.kafka())
	if err != nil {
		return usage(err)
	}
	defer func() { err = errors.Join(err, admin.Close()) }()
	scanner, err := kafka.NewScanner(cfg.kafka())
	if err != nil {
		return usage(err)
	}
	defer func() { err = errors.Join(err, scanner.Close()) }()
	members := newAskedMembers(ask, c.Key, memberReaders)
	defer func() { err = errors.Join(err, members.close()) }()
	line := newVerifyLine(p)
	report, err := verify.RunOrders(ctx, verify.OrdersConfig{
		Ledger: book, Wait: c.Wait, Poll: time.Second, Still: plateau, Settle: settledWithin, Readers: memberReaders,
	}, verify.OrdersDeps{
		Members: members, Topic: scannedLetters{scanner}, Offsets: &readerOffsets{admin: admin, readers: orderReaders(cfg)}, Watcher: line,
	})
	line.end()
	return c.conclude(ctx, p, report, err)
}
