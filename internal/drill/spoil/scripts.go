package spoil

import (
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
)

// Named makes the script of a name, which spoils that share of the requests (or of the items, where
// it spoils items). The dice are the script's own and follow from the seed.
func Named(name string, share float64, seed uint64) (Script, error) {
	make := scripts()[name]
	switch {
	case make == nil:
		return nil, fmt.Errorf("no answer %q: there are %s", name, strings.Join(Names(), ", "))
	case share <= 0 || share > 1:
		return nil, fmt.Errorf("a share of %g: it is above 0, and 1 at most", share)
	}
	return make(&odds{share: share, seed: seed, dice: rand.New(rand.NewPCG(seed, seed))}), nil
}

// Names are the answers that Named knows, in order.
func Names() []string {
	names := make([]string, 0, len(scripts()))
	for name := range scripts() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Rejects says whether an answer is that a sound write is none, now and for ever: who gets it makes a dead letter.
func Rejects(name string) bool { return name == "items-400" }

// odds are those of a request, or of a write, to be hit.
type odds struct {
	share float64
	seed  uint64
	dice  *rand.Rand
}

// hit throws the dice once.
func (o *odds) hit() bool { return o.dice.Float64() < o.share }

// hits is the same for the same write, whenever it comes.
func (o *odds) hits(id string) bool {
	sum := fnv.New64a()
	_, _ = io.WriteString(sum, id) // a hash takes everything
	return rand.New(rand.NewPCG(o.seed, sum.Sum64())).Float64() < o.share
}

// mostWrites is what a request may carry while larger ones are refused with 413.
const mostWrites = 8

func scripts() map[string]func(*odds) Script {
	return map[string]func(*odds) Script{
		"401":       whole(Answer{Status: http.StatusUnauthorized}),
		"403-block": whole(Answer{Status: http.StatusForbidden}),
		"429":       whole(Answer{Status: http.StatusTooManyRequests}),
		"500":       whole(Answer{Status: http.StatusInternalServerError}),
		"503":       whole(Answer{Status: http.StatusServiceUnavailable}),
		"cut":       whole(Answer{Cut: true}),
		"lost":      whole(Answer{Lost: true}),
		"lack":      whole(Answer{Lack: true}),
		"413":       larger(mostWrites, http.StatusRequestEntityTooLarge),
		"items-400": rejected,
		"items-403": items(http.StatusForbidden),
		"items-429": items(http.StatusTooManyRequests),
		"items-503": items(http.StatusServiceUnavailable),
		"items-mix": items(http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusForbidden),
	}
}

// whole gives hit requests the same answer.
func whole(a Answer) func(*odds) Script {
	return func(o *odds) Script {
		return func([]string) Answer {
			if o.hit() {
				return a
			}
			return Answer{}
		}
	}
}

// larger refuses hit requests of more writes than that: as a limit on a body's size does, but for one write alone.
func larger(than, status int) func(*odds) Script {
	return func(o *odds) Script {
		return func(ids []string) Answer {
			if len(ids) > than && o.hit() {
				return Answer{Status: status}
			}
			return Answer{}
		}
	}
}

// items refuses hit writes with one status after the other.
func items(statuses ...int) func(*odds) Script {
	return func(o *odds) Script {
		next := 0
		return func(ids []string) Answer {
			refused := map[string]int{}
			for _, id := range ids {
				if o.hit() {
					refused[id] = statuses[next%len(statuses)]
					next++
				}
			}
			return Answer{Items: refused}
		}
	}
}

// rejected refuses hit writes for what they are: once and for ever.
func rejected(o *odds) Script {
	return func(ids []string) Answer {
		refused := map[string]int{}
		for _, id := range ids {
			if o.hits(id) {
				refused[id] = http.StatusBadRequest
			}
		}
		return Answer{Items: refused}
	}
}
