package fault

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
	"sluice/internal/pause"
	"sluice/internal/resp"
)

// slotsMove moves slots that hold something from node to node of a Redis Cluster under load: for a while each is on its way,
// with some of its keys on one node and some on the other.
type slotsMove struct {
	nodes []string      // addresses
	slots int           // to be moved by one injection, at most
	rest  time.Duration // for which they are on their way
	turn  int           // which node is next to give
	open  []moving      // slots that are on their way
	moved int           // over all injections
}

// moving is a slot on its way.
type moving struct {
	slot     string
	from, to int      // nodes
	ids      []string // of all nodes
}

// portion is how many keys are moved at once.
const portion = 2

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
	from := m.turn % len(m.nodes)
	m.turn++
	for range m.slots {
		slot, err := someSlot(ctx, m.nodes[from])
		if err != nil {
			return err
		}
		if slices.ContainsFunc(m.open, func(o moving) bool { return o.slot == slot }) {
			continue
		}
		m.open = append(m.open, moving{slot: slot, from: from, to: (from + 1) % len(m.nodes), ids: ids})
		o := &m.open[len(m.open)-1]
		if err := m.begin(ctx, o); err != nil {
			return err
		}
		if _, err := m.carry(ctx, o); err != nil {
			return err
		}
	}
	if err := pause.For(ctx, m.rest); err != nil {
		return err
	}
	return m.finish(ctx)
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
func (m *slotsMove) begin(ctx context.Context, o *moving) error {
	if _, err := resp.Ask(ctx, m.nodes[o.to], "CLUSTER", "SETSLOT", o.slot, "IMPORTING", o.ids[o.from]); err != nil {
		return err
	}
	_, err := resp.Ask(ctx, m.nodes[o.from], "CLUSTER", "SETSLOT", o.slot, "MIGRATING", o.ids[o.to])
	return err
}

// carry moves some of the slot's keys, and says how many those were.
func (m *slotsMove) carry(ctx context.Context, o *moving) (int, error) {
	keys, err := resp.Texts(ctx, m.nodes[o.from], "CLUSTER", "GETKEYSINSLOT", o.slot, strconv.Itoa(portion))
	if err != nil || len(keys) == 0 {
		return 0, err
	}
	host, port, err := net.SplitHostPort(m.nodes[o.to])
	if err != nil {
		return 0, err
	}
	words := append([]string{"MIGRATE", host, port, "", "0", "5000", "KEYS"}, keys...)
	_, err = resp.Ask(ctx, m.nodes[o.from], words...)
	return len(keys), err
}

// finish moves what is left of each slot that is on its way, and then the slot.
func (m *slotsMove) finish(ctx context.Context) error {
	for len(m.open) > 0 {
		o := &m.open[0]
		n, err := m.carry(ctx, o)
		switch {
		case err != nil:
			return err
		case n > 0:
			continue
		}
		if err := m.assign(ctx, o); err != nil {
			return err
		}
		m.open = m.open[1:]
		m.moved++
	}
	return nil
}

// assign tells every node whose the slot is, the new one first: else it would be sent to and fro.
func (m *slotsMove) assign(ctx context.Context, o *moving) error {
	told := []string{m.nodes[o.to], m.nodes[o.from]}
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
	return nil
}

// Heal brings slots that were left on their way to their end, and returns when all nodes have each slot in one place.
func (m *slotsMove) Heal(ctx context.Context) error {
	if err := m.finish(ctx); err != nil {
		return err
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
		About: "moves slots that hold something from a node of a Redis Cluster to the next, some keys at a time",
		On:    []string{redisName},
		With: map[string]string{
			"slots": "how many at most; 16 when nothing is said",
			"rest":  "for which some of their keys are here and some there; 2s when nothing is said",
		},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			made := &slotsMove{slots: int(args.number("slots", 16)), rest: args.length("rest", 2*time.Second)}
			for _, s := range on.Servers(redisName) {
				made.nodes = append(made.nodes, s.Address())
			}
			return made, errors.Join(args.wrong(), on.Laid(script.Cluster))
		},
	}
}
