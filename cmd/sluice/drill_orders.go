package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"sluice/internal/drill"
	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
	"sluice/internal/drill/watch"
	"sluice/internal/send"
	"sluice/internal/simulate/verify"
	"sluice/pipelines/orders"
	"sluice/schemas"
)

// drillReads are those who read a drill's load, by topic.
func drillReads(of *script.Load) map[string][]string {
	if of.OfOrders() {
		return map[string][]string{schemas.TopicOrders: {orders.Levels, orders.Index}, schemas.TopicPurchases: {orders.Purchases}}
	}
	return map[string][]string{schemas.TopicPings: simulatePipelines()}
}

// drillPipelines are those who read a drill's load, as they are called on the wire.
func drillPipelines(set *stage.Stage, of *script.Load) []watch.Pipeline {
	var all []watch.Pipeline
	reads := drillReads(of)
	for _, topic := range slices.Sorted(maps.Keys(reads)) {
		for _, name := range reads[topic] {
			all = append(all, watch.Pipeline{Name: name, Group: set.Group(name), Topic: set.Topic(topic)})
		}
	}
	return all
}

// drillJobs is how many processes run the jobs: levels are announced by one.
func drillJobs(d *script.Drill) int {
	if d.Load.OfOrders() {
		return max(1, d.Run.Jobs)
	}
	return d.Run.Jobs
}

// drillProberOf posts what the drill's load is of.
func drillProberOf(d *script.Drill, gateway, query string) drill.Prober {
	if d.Load.OfOrders() {
		return drillOrderProber{gateway: gateway, query: query}
	}
	return drillProber{gateway: gateway, query: query}
}

// drillOrderProber posts orders as a service that tries again, of members who are none of the load's.
type drillOrderProber struct{ gateway, query string }

// Probe returns once an order that was completed now counts for its member. Whoever asks while the store reads back what
// it lost is told so, and asks again.
func (d drillOrderProber) Probe(ctx context.Context, run string) (err error) {
	member := verify.ProbePrefix + run + newRun()
	gateway, err := send.NewGatewayOf("orders", d.gateway, "", 1, probeTimeout)
	if err != nil {
		return err
	}
	defer gateway.Close()
	ids, err := schemas.NewOrderIDs(schemas.MaxMachine, func() int64 { return time.Now().UnixMilli() })
	if err != nil {
		return err
	}
	id := ids.Next(schemas.Gene([]byte(member)))
	if err := insist(ctx, func() error { return postOrder(ctx, gateway, member, id) }); err != nil {
		return err
	}
	members := newAskedMembers(d.query, "", 1)
	defer func() { err = errors.Join(err, members.close()) }()
	now := time.Now()
	from, to := now.AddDate(0, 0, -1).Format(time.DateOnly), now.AddDate(0, 0, 1).Format(time.DateOnly)
	return insist(ctx, func() error {
		told, err := members.Member(ctx, member, from, to)
		if err == nil && len(told.Days) == 0 {
			err = errors.New("its order does not count yet")
		}
		return err
	})
}

// postOrder posts that an order was completed.
func postOrder(ctx context.Context, gateway *send.Gateway, member string, id int64) error {
	body := fmt.Appendf(nil, `{"orderId":"%d","memberId":%q,"type":"completed","at":%d}`+"\n", id, member, time.Now().UnixMilli())
	said, err := gateway.Post(ctx, &send.Batch{Body: body, Ends: []int{len(body)}})
	switch {
	case err != nil:
		return fmt.Errorf("posting: %w", err)
	case said.Accepted != 1:
		return errors.New("the gateway refused it")
	}
	return nil
}

// Refused returns once an attempt is answered 503.
func (d drillOrderProber) Refused(ctx context.Context, run string) error {
	gateway, err := send.NewGatewayOf("orders", d.gateway, "", 1, probeTimeout)
	if err != nil {
		return err
	}
	defer gateway.Close()
	ids, err := schemas.NewOrderIDs(schemas.MaxMachine, func() int64 { return time.Now().UnixMilli() })
	if err != nil {
		return err
	}
	member := verify.ProbePrefix + run + newRun()
	return insist(ctx, func() error {
		err := postOrder(ctx, gateway, member, ids.Next(schemas.Gene([]byte(member))))
		if busy, ok := errors.AsType[*send.Busy](err); ok && busy.Status == http.StatusServiceUnavailable {
			return nil
		}
		return errors.Join(errors.New("it is not answered 503"), err)
	})
}
