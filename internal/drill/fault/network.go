package fault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// way is what leads to one server.
type way interface {
	Cut()
	Add(toxic string, stream stage.Stream, attributes map[string]int64) error
	Heal(ctx context.Context) error
}

// toxic is one ill of a way.
type toxic struct {
	name       string
	stream     stage.Stream
	attributes map[string]int64
}

// network puts toxics into ways. Without any it cuts them.
type network struct {
	ways   []way
	toxics []toxic
}

// Inject puts all in, or says which way took none.
func (n *network) Inject(context.Context) error {
	for _, w := range n.ways {
		if len(n.toxics) == 0 {
			w.Cut()
		}
		for _, t := range n.toxics {
			if err := w.Add(t.name, t.stream, t.attributes); err != nil {
				return fmt.Errorf("putting %s into a way: %w", t.name, err)
			}
		}
	}
	return nil
}

// Heal opens every way, also behind one that fails to.
func (n *network) Heal(ctx context.Context) error {
	var errs []error
	for _, w := range n.ways {
		errs = append(errs, w.Heal(ctx))
	}
	return errors.Join(errs...)
}

// networkKind is a row about ways.
func networkKind(about string, with map[string]string, toxics func(*arguments) []toxic) Kind {
	return Kind{
		About: about, On: []string{"elastic", "kafka", "kafka-*"}, With: with,
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			n := &network{toxics: toxics(args)}
			for _, w := range on.Ways(f.On) {
				n.ways = append(n.ways, w)
			}
			if len(n.ways) == 0 {
				return nil, fmt.Errorf("no way leads to %s", f.On)
			}
			return n, args.wrong()
		},
	}
}

func cutKind() Kind {
	return networkKind("resets every connection and refuses new ones", nil, cutToxics)
}

func cutToxics(*arguments) []toxic { return nil }

func latencyKind() Kind {
	return networkKind("delays what the server says", map[string]string{
		"delay":  "of each piece; 200ms when nothing is said",
		"jitter": "by which the delay varies either way; none when nothing is said",
	}, latencyToxics)
}

func latencyToxics(a *arguments) []toxic {
	delay, jitter := a.length("delay", 200*time.Millisecond), a.length("jitter", 0)
	return []toxic{{"latency", stage.Down, map[string]int64{"latency": delay.Milliseconds(), "jitter": jitter.Milliseconds()}}}
}

func blackHoleKind() Kind {
	return networkKind("keeps every connection, and nothing arrives in either direction", nil, blackHoleToxics)
}

func blackHoleToxics(*arguments) []toxic {
	return []toxic{{"timeout", stage.Up, map[string]int64{"timeout": 0}}, {"timeout", stage.Down, map[string]int64{"timeout": 0}}}
}

func resetKind() Kind {
	return networkKind("resets each connection some time after data first goes to the server", map[string]string{
		"after": "that time; 100ms when nothing is said",
	}, resetToxics)
}

func resetToxics(a *arguments) []toxic {
	return []toxic{{"reset_peer", stage.Up, map[string]int64{"timeout": a.length("after", 100*time.Millisecond).Milliseconds()}}}
}

func slowKind() Kind {
	return networkKind("lets little through", map[string]string{
		"rate": "KiB a second, of each connection and direction; 20 when nothing is said",
	}, slowToxics)
}

func slowToxics(a *arguments) []toxic {
	rate := map[string]int64{"rate": a.number("rate", 20)}
	return []toxic{{"bandwidth", stage.Up, rate}, {"bandwidth", stage.Down, rate}}
}

func sliceKind() Kind {
	return networkKind("cuts all data into small pieces with pauses between them", map[string]string{
		"size":  "of a piece, about, bytes; 64 when nothing is said",
		"pause": "between two; 1ms when nothing is said",
	}, sliceToxics)
}

func sliceToxics(a *arguments) []toxic {
	size, pause := a.number("size", 64), a.length("pause", time.Millisecond)
	attributes := map[string]int64{"average_size": size, "size_variation": size / 2, "delay": pause.Microseconds()}
	return []toxic{{"slicer", stage.Up, attributes}, {"slicer", stage.Down, attributes}}
}

func breakOffKind() Kind {
	return networkKind("ends each connection once the server has said so much", map[string]string{
		"bytes": "that much; 2000 when nothing is said",
	}, breakOffToxics)
}

func breakOffToxics(a *arguments) []toxic {
	return []toxic{{"limit_data", stage.Down, map[string]int64{"bytes": a.number("bytes", 2000)}}}
}
