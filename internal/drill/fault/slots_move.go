package fault

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"sluice/internal/drill/resp"
	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
	"sluice/internal/pause"
)

// slotsMove moves slots that hold something from node to node of a Redis Cluster, key by key, under load.
type slotsMove struct {
	nodes []string      // addresses
	slots int           // to be moved by one injection
	rest  time.Duration // between two portions of a slot's keys: it is on both nodes meanwhile
	turn  int           // which node is next to give
	open  *moving       // a slot that is on its way
	moved int           // over all injections
}

// moving is a slot on its way.
type moving struct {
	slot     string
	from, to int // nodes
	ids      []string
}

// portion is how many keys are moved at once.
const portion = 5

// Inject returns when all of them have moved.
func (m *slotsMove) Inject(ctx context.Context) error {
	ids := make([]string, len(m.nodes))
	for i, node := range m.nodes {
		id, err := resp.Text(ctx, node, "CLUSTER", "MYID")
		if err != nil {
			return err
		}
		ids[i] = id
	}
	for range m.slots {
		from := m.turn % len(m.nodes)
		to := (from + 1) % len(m.nodes)
		m.turn++
		slot, err := someSlot(ctx, m.nodes[from])
		if err != nil {
			return err
		}
		m.open = &moving{slot: slot, from: from, to: to, ids: ids}
		if err := m.begin(ctx); err != nil {
			return err
		}
		if err := m.finish(ctx); err != nil {
			return err
		}
	}
	return nil
}

// someSlot is one of a node's in which there is something.
func someSlot(ctx context.Context, node string) (string, error) {
	key, err := resp.Text(ctx, node, "RANDOMKEY")
	if err != nil {
		return "", fmt.Errorf("looking for a slot that holds something: %w", err)
	}
	slot, err := resp.Number(ctx, node, "CLUSTER", "KEYSLOT", key)
	return strconv.FormatInt(slot, 10), err
}

// begin tells both nodes that the slot is on its way.
func (m *slotsMove) begin(ctx context.Context) error {
	o := m.open
	if _, err := resp.Ask(ctx, m.nodes[o.to], "CLUSTER", "SETSLOT", o.slot, "IMPORTING", o.ids[o.from]); err != nil {
		return err
	}
	_, err := resp.Ask(ctx, m.nodes[o.from], "CLUSTER", "SETSLOT", o.slot, "MIGRATING", o.ids[o.to])
	return err
}

// finish moves the slot's keys, and then the slot.
func (m *slotsMove) finish(ctx context.Context) error {
	o := m.open
	host, port, err := net.SplitHostPort(m.nodes[o.to])
	if err != nil {
		return err
	}
	for {
		keys, err := resp.Texts(ctx, m.nodes[o.from], "CLUSTER", "GETKEYSINSLOT", o.slot, strconv.Itoa(portion))
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			break
		}
		words := append([]string{"MIGRATE", host, port, "", "0", "5000", "KEYS"}, keys...)
		if _, err := resp.Ask(ctx, m.nodes[o.from], words...); err != nil {
			return err
		}
		if err := pause.For(ctx, m.rest); err != nil {
			return err
		}
	}
	told := []string{m.nodes[o.to], m.nodes[o.from]} // the new one first: it must not be sent to and fro
	for _, node := range m.nodes {
		if !slices.Contains(told, node) {
			told = append(told, node)
		}
	}
	for _, node := range told {
		if _, err := resp.Ask(ctx, node, "CLUSTER", "SETSLOT", o.slot, "NODE", o.ids[o.to]); err != nil {
			return err
		}
	}
	m.open = nil
	m.moved++
	return nil
}

// Heal brings a slot that was left on its way to its end, and returns when all nodes have each slot in one place.
func (m *slotsMove) Heal(ctx context.Context) error {
	if m.open != nil {
		if err := m.finish(ctx); err != nil {
			return err
		}
	}
	return until(ctx, "the cluster is whole", func(ctx context.Context) error {
		for _, node := range m.nodes {
			info, err := resp.ClusterInfo(ctx, node)
			if err == nil && info["cluster_state"] != "ok" {
				err = fmt.Errorf("the state of %s is %s", node, info["cluster_state"])
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Saw says how many were moved.
func (m *slotsMove) Saw() map[string]float64 { return map[string]float64{"moved": float64(m.moved)} }

func slotsMoveKind() Kind {
	return Kind{
		About: "moves slots that hold something from node to node of a Redis Cluster, some keys at a time",
		On:    []string{redisName},
		With: map[string]string{
			"slots": "how many; 12 when nothing is said",
			"rest":  "between two portions of 5 keys; 100ms when nothing is said",
		},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			made := &slotsMove{slots: int(args.number("slots", 12)), rest: args.length("rest", 100*time.Millisecond)}
			for _, s := range on.Servers(redisName) {
				made.nodes = append(made.nodes, s.Address())
			}
			return made, errors.Join(args.wrong(), on.Laid(script.Cluster))
		},
	}
}
