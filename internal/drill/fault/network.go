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
	feeler *feeler // nil = what is observed of sluice shows it well enough
}

// Inject puts all in, or says which way took none.
func (n *network) Inject(ctx context.Context) error {
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
	if n.feeler != nil {
		n.feeler.begin(ctx)
	}
	return nil
}

// Heal opens every way, also behind one that fails to.
func (n *network) Heal(ctx context.Context) error {
	var errs []error
	if n.feeler != nil {
		errs = append(errs, n.feeler.end())
	}
	for _, w := range n.ways {
		errs = append(errs, w.Heal(ctx))
	}
	return errors.Join(errs...)
}

// Saw says how many questions felt it.
func (n *network) Saw() map[string]float64 {
	if n.feeler == nil {
		return nil
	}
	return map[string]float64{n.feeler.name: float64(n.feeler.felt)}
}

// networkKind is a row about ways.
func networkKind(about string, with map[string]string, toxics func(*arguments) []toxic, feels func(*arguments) feeling) Kind {
	return Kind{
		About: about, On: []string{"elastic", "kafka", "kafka-*", redisName}, With: with,
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			n := &network{toxics: toxics(args)}
			ways := map[string]string{}
			for _, w := range on.Ways(f.On) {
				n.ways = append(n.ways, w)
				ways[w.Name] = w.Address()
			}
			if feels != nil {
				n.feeler = &feeler{feeling: feels(args), ways: ways}
			}
			if len(n.ways) == 0 {
				return nil, fmt.Errorf("no way leads to %s", f.On)
			}
			return n, args.wrong()
		},
	}
}

func cutKind() Kind {
	return networkKind("resets every connection and refuses new ones", nil, cutToxics, nil)
}

func cutToxics(*arguments) []toxic { return nil }

func latencyKind() Kind {
	return networkKind("delays what the server says", map[string]string{
		"delay":  "of each piece; 200ms when nothing is said",
		"jitter": "by which the delay varies either way; none when nothing is said",
	}, latencyToxics, latencyFeels)
}

func latencyToxics(a *arguments) []toxic {
	delay, jitter := a.length("delay", usualDelay), a.length("jitter", 0)
	return []toxic{{"latency", stage.Down, map[string]int64{"latency": delay.Milliseconds(), "jitter": jitter.Milliseconds()}}}
}

func latencyFeels(a *arguments) feeling {
	least := a.length("delay", usualDelay) - a.length("jitter", 0)
	return feeling{name: "delayed", late: max(least, usualDelay/10)}
}

const usualDelay = 200 * time.Millisecond

func blackHoleKind() Kind {
	return networkKind("keeps every connection, and nothing arrives in either direction", nil, blackHoleToxics, nil)
}

func blackHoleToxics(*arguments) []toxic {
	return []toxic{{"timeout", stage.Up, map[string]int64{"timeout": 0}}, {"timeout", stage.Down, map[string]int64{"timeout": 0}}}
}

func resetKind() Kind {
	return networkKind("resets each connection some time after data first goes to the server", map[string]string{
		"after": "that time; 100ms when nothing is said",
	}, resetToxics, resetFeels)
}

func resetToxics(a *arguments) []toxic {
	return []toxic{{"reset_peer", stage.Up, map[string]int64{"timeout": a.length("after", usualAfter).Milliseconds()}}}
}

// resetFeels leaves servers no time to end a connection themselves.
func resetFeels(a *arguments) feeling {
	return feeling{name: "resets", ends: a.length("after", usualAfter) + time.Second}
}

const usualAfter = 100 * time.Millisecond

func slowKind() Kind {
	return networkKind("lets little through", map[string]string{
		"rate": "KiB a second, of each connection and direction; 20 when nothing is said",
	}, slowToxics, slowFeels)
}

func slowToxics(a *arguments) []toxic {
	rate := map[string]int64{"rate": a.number("rate", usualRate)}
	return []toxic{{"bandwidth", stage.Up, rate}, {"bandwidth", stage.Down, rate}}
}

const usualRate = 20

// slowFeels sends as much as a server takes of a question.
func slowFeels(a *arguments) feeling {
	takes := time.Duration(bulky) * time.Second / time.Duration(a.number("rate", usualRate)<<10)
	return feeling{name: "throttled", size: bulky, late: nearly(takes)}
}

// bulky is a long question, bytes: half of the head that Elasticsearch takes.
const bulky = 8 << 10

// nearly is what has surely passed of a time.
func nearly(d time.Duration) time.Duration { return d * 3 / 4 }

func sliceKind() Kind {
	return networkKind("cuts all data into small pieces with pauses between them", map[string]string{
		"size":  "of a piece, about, bytes; 64 when nothing is said",
		"pause": "between two; 1ms when nothing is said",
	}, sliceToxics, sliceFeels)
}

func sliceToxics(a *arguments) []toxic {
	size, pause := piecesOf(a)
	attributes := map[string]int64{"average_size": size, "size_variation": size / 2, "delay": pause.Microseconds()}
	return []toxic{{"slicer", stage.Up, attributes}, {"slicer", stage.Down, attributes}}
}

func piecesOf(a *arguments) (size int64, pause time.Duration) {
	return a.number("size", 64), a.length("pause", time.Millisecond)
}

func sliceFeels(a *arguments) feeling {
	size, pause := piecesOf(a)
	return feeling{name: "sliced", size: bulky, late: nearly(pause * time.Duration(bulky/size))}
}

func breakOffKind() Kind {
	return networkKind("ends each connection once the server has said so much", map[string]string{
		"bytes": "that much; 2000 when nothing is said",
	}, breakOffToxics, nil)
}

func breakOffToxics(a *arguments) []toxic {
	return []toxic{{"limit_data", stage.Down, map[string]int64{"bytes": a.number("bytes", 2000)}}}
}
