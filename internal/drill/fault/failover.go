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

// listener is a server that has an address, and is started again on what it left.
type listener interface {
	Address() string
	Start(ctx context.Context) error
}

// redisServer is one that can be ended, or stopped where it is.
type redisServer interface {
	listener
	server
	still
}

// failover takes the primary away, so that the Sentinels make its replica the primary.
type failover struct {
	servers   []redisServer
	sentinels []string      // addresses
	behind    time.Duration // for how long the replica has heard nothing by then; 0 = it has heard all
	frozen    bool          // the primary is frozen, and not killed: it wakes up as one that is none
	down      redisServer   // the old primary, while it is away
	promoted  int
	missed    int64 // bytes that the replicas had not heard when they became primaries
}

// Inject returns when the Sentinels name another primary, and that one takes writes.
func (f *failover) Inject(ctx context.Context) error {
	old, err := f.primary(ctx)
	if err != nil {
		return err
	}
	i := slices.Index(f.servers, old)
	replica := f.servers[(i+1)%len(f.servers)]
	if f.behind > 0 {
		if err := f.deafen(ctx, old, replica); err != nil {
			return err
		}
	}
	f.down = old
	if f.frozen {
		err = old.Freeze()
	} else {
		err = old.Kill(ctx)
	}
	if err != nil {
		return err
	}
	err = until(ctx, "the replica is the primary", func(ctx context.Context) error {
		now, err := f.primary(ctx)
		if err == nil && now != replica {
			return errors.New("the Sentinels name the old one")
		}
		return errors.Join(err, is(ctx, replica.Address(), "role", "master"))
	})
	if err == nil {
		f.promoted++
	}
	return err
}

// deafen has the replica hear nothing for a while, and says how much it misses by then.
func (f *failover) deafen(ctx context.Context, primary, replica redisServer) error {
	if _, err := resp.Ask(ctx, replica.Address(), "REPLICAOF", "127.0.0.1", nobodysPort); err != nil {
		return err
	}
	if err := pause.For(ctx, f.behind); err != nil {
		return err
	}
	said, err := offset(ctx, primary.Address(), "master_repl_offset")
	if err != nil {
		return err
	}
	heard, err := offset(ctx, replica.Address(), "slave_repl_offset")
	if err == nil && heard >= said {
		err = errors.New("the replica misses nothing: the fault does nothing")
	}
	f.missed += said - heard
	return err
}

// nobodysPort is one on which nobody listens.
const nobodysPort = "1"

func offset(ctx context.Context, address, field string) (int64, error) {
	info, err := resp.Info(ctx, address, "replication")
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(info[field], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("reading %s: %w", field, err)
	}
	return n, nil
}

// is complains when a server says something else about replication.
func is(ctx context.Context, address, field, want string) error {
	info, err := resp.Info(ctx, address, "replication")
	if err == nil && info[field] != want {
		err = fmt.Errorf("%s of %s is %q, want %q", field, address, info[field], want)
	}
	return err
}

// primary is whom the Sentinels name, all of them.
func (f *failover) primary(ctx context.Context) (redisServer, error) {
	var named string
	for _, address := range f.sentinels {
		said, err := resp.Texts(ctx, address, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", stage.Primary)
		if err != nil {
			return nil, err
		}
		if len(said) != 2 {
			return nil, errors.New("the Sentinels know no primary")
		}
		at := net.JoinHostPort(said[0], said[1])
		if named != "" && at != named {
			return nil, errors.New("the Sentinels do not agree")
		}
		named = at
	}
	i := slices.IndexFunc(f.servers, func(s redisServer) bool { return s.Address() == named })
	if i < 0 {
		return nil, fmt.Errorf("the Sentinels name a stranger, %s", named)
	}
	return f.servers[i], nil
}

// Heal has the old primary back, and returns when it follows the new one.
func (f *failover) Heal(ctx context.Context) error {
	if f.down == nil {
		return nil
	}
	back := f.down.Start
	if f.frozen && f.down.Pid() != 0 {
		back = func(context.Context) error { return f.down.Thaw() }
	}
	if err := back(ctx); err != nil {
		return err
	}
	err := until(ctx, "the old primary follows the new one", func(ctx context.Context) error {
		return errors.Join(is(ctx, f.down.Address(), "role", "slave"), is(ctx, f.down.Address(), "master_link_status", "up"))
	})
	if err == nil {
		f.down = nil
	}
	return err
}

// Saw says how many replicas became primaries, and how much they had missed.
func (f *failover) Saw() map[string]float64 {
	return map[string]float64{"promoted": float64(f.promoted), "missed": float64(f.missed)}
}

func failoverKind() Kind {
	return Kind{
		About: "takes the primary of Redis away until the Sentinels have made its replica the primary; it comes back as a replica",
		On:    []string{redisName},
		With: map[string]string{
			"by":     "kill or freeze: one that is frozen wakes up as a primary that is none; kill when nothing is said",
			"behind": "the replica has heard nothing for so long by then; it has heard all when nothing is said",
		},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			made := &failover{behind: args.length("behind", 0), frozen: args.text("by", "kill", "kill", "freeze") == "freeze"}
			for _, s := range on.Servers(redisName) {
				made.servers = append(made.servers, s)
			}
			for _, s := range on.Servers("sentinel") {
				made.sentinels = append(made.sentinels, s.Address())
			}
			return made, errors.Join(args.wrong(), on.Laid(script.Sentinel))
		},
	}
}
