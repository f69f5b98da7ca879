package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// load sends pings, or orders, through one process on real servers, and has the ledger judged. The load and the
// judge are of the product without a bug.
type load struct {
	build   *builder
	kafka   string // host:port
	elastic string // URL
	redis   string // host:port
	tried   int
}

// newLoad takes the servers from the environment, where ops/ci/with-stack puts them.
func newLoad(b *builder, getenv func(string) string) (*load, error) {
	l := &load{build: b, kafka: getenv("SLUICE_TEST_KAFKA"), elastic: getenv("SLUICE_TEST_ELASTIC"), redis: getenv("SLUICE_TEST_REDIS")}
	if l.kafka == "" || l.elastic == "" || l.redis == "" {
		return nil, errors.New("a load needs real servers: SLUICE_TEST_KAFKA, SLUICE_TEST_ELASTIC and SLUICE_TEST_REDIS, as ops/ci/with-stack sets them")
	}
	return l, nil
}

// usualLoad has every kind of misbehaviour in it.
func usualLoad() []string {
	return []string{
		"--drivers", "300", "--rate", "1000", "--for", "6s", "--give-up", "10s", "--seed", "5",
		"--late", "3%", "--double", "5%", "--disorder", "5%", "--ahead", "1%", "--poison", "2%",
	}
}

// usualOrders has everything in it that may become of an order. They are spread so far that, whatever the date, a good part of
// them begins in one month and ends in another.
func usualOrders() []string {
	return []string{
		"--orders", "600", "--members", "40", "--rate", "300", "--shuffle", "2s", "--give-up", "10s", "--seed", "5",
		"--over", "1200h", "--late", "5%", "--double", "8%", "--void", "20%", "--purchase", "3%",
	}
}

// sent is what `simulate` is called with.
func (w *loadTrial) sent() []string {
	if w.Orders {
		return append(usualOrders(), w.Flags...)
	}
	return append(usualLoad(), w.Flags...)
}

func (l *load) scene(m *mutant) string {
	if m.Load == nil {
		return ""
	}
	what := "load"
	if m.Load.Orders {
		what = "load of orders"
	}
	return strings.Join(append([]string{what}, m.Load.Flags...), " ")
}

func (l *load) try(ctx context.Context, m *mutant, planted bool) (out outcome, err error) {
	judge, err := l.build.product(ctx, m, false)
	if err != nil {
		return outcome{}, err
	}
	tested, err := l.build.product(ctx, m, planted)
	if err != nil {
		return outcome{}, err
	}
	l.tried++
	at, err := l.site(ctx)
	if err != nil {
		return outcome{}, err
	}
	if said, err := command(ctx, l.build.dir, at.environ, judge, "setup"); err != nil {
		return outcome{}, fmt.Errorf("setting up: %w\n%s", err, said)
	}
	stop, err := at.start(ctx, tested, judge)
	if err != nil {
		return outcome{}, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	ledger := filepath.Join(l.build.dir, at.prefix+"ledger")
	args := append([]string{"simulate", "--to", "http://" + at.http, "--ops", "http://" + at.ops, "--ledger", ledger}, m.Load.sent()...)
	if said, err := command(ctx, l.build.dir, at.environ, judge, args...); err != nil {
		return outcome{}, fmt.Errorf("sending the load: %w\n%s", err, said)
	}
	report, err := verified(ctx, l.build.dir, at.environ, judge, ledger)
	if err != nil {
		return outcome{}, err
	}
	return report.outcome(m.Load.By), nil
}
