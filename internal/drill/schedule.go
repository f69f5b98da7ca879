package drill

import (
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	"sluice/internal/drill/script"
)

// Chance is how a random campaign draws.
type Chance struct {
	Seed     uint64
	Together int           // faults at once at most; 0 = 3
	Calm     time.Duration // mean time between recovery and the next fault; 0 = 5 s
	Lasts    time.Duration // of the campaign: so much is drawn as could be played in it
}

// The shape of chance.
const (
	usualTogether = 3
	usualCalm     = 5 * time.Second
	single        = 0.6             // share of rounds that are surely of one drill
	maxLag        = 6 * time.Second // between two faults of a round
)

// Schedule draws rounds from drills: wholly by the seed, so that a campaign can be played again.
func Schedule(c Chance, drills []script.Drill) []Round {
	if c.Together == 0 {
		c.Together = usualTogether
	}
	if c.Calm == 0 {
		c.Calm = usualCalm
	}
	random := rand.New(rand.NewPCG(c.Seed, 5))
	var rounds []Round
	for spent := time.Duration(0); len(drills) > 0 && spent < c.Lasts; {
		r := Round{Calm: time.Duration(random.Float64() * 2 * float64(c.Calm))}
		r.Faults, r.Bites = draw(random, c.Together, drills)
		rounds = append(rounds, r)
		spent += r.Calm + r.length() + time.Second // recovery takes a second at least
	}
	return rounds
}

// Together is the drill that a random campaign of several, one at least, is: their processes and their excuses.
func Together(drills []script.Drill) script.Drill {
	all := script.Usual()
	all.Name, all.About = "random", "Faults by chance, one, two or three at once, under one load with one ledger."
	all.Catalogue = []int{36}
	all.Faults = drills[0].Faults
	for i := range drills {
		d := &drills[i]
		all.Run.Pipelines = max(all.Run.Pipelines, d.Run.Pipelines)
		maps.Copy(all.Expect.NA, d.Expect.NA)
	}
	return all
}

// draw is one round: the faults of one drill, or of several that do not touch the same thing. One that is alone
// has to bite: of several, one may leave another nothing to bite.
func draw(random *rand.Rand, together int, drills []script.Drill) (faults []script.Fault, bites []script.Bite) {
	n := 1
	if random.Float64() >= single {
		n = 1 + random.IntN(together)
	}
	alone := n == 1
	for _, i := range random.Perm(len(drills)) {
		if n == 0 {
			break
		}
		if clash(faults, drills[i].Faults) {
			continue
		}
		for k, f := range drills[i].Faults {
			if k == 0 && len(faults) > 0 {
				f.After += time.Duration(random.Int64N(int64(maxLag))).Round(100 * time.Millisecond)
			}
			faults = append(faults, f)
		}
		n--
		if alone {
			bites = drills[i].Expect.Bites
		}
	}
	return faults, bites
}

// clash is when two of them are done to the same thing, or to a thing and its kind.
func clash(some, others []script.Fault) bool {
	for _, a := range some {
		for _, b := range others {
			if covers(a.On, b.On) || covers(b.On, a.On) {
				return true
			}
		}
	}
	return false
}

func covers(kind, name string) bool { return kind == name || strings.HasPrefix(name, kind+"-") }

// length is from the first injection until the last healing, at least.
func (r *Round) length() time.Duration {
	at, end := time.Duration(0), time.Duration(0)
	for _, f := range r.Faults {
		at += f.After
		end = max(end, at+f.For)
	}
	return end
}

// String is the round in words.
func (r *Round) String() string {
	words := []string{"calm " + r.Calm.Round(100*time.Millisecond).String()}
	for i := range r.Faults {
		f := &r.Faults[i]
		text := f.Kind + " on " + f.On
		if f.After > 0 {
			text = "after " + f.After.String() + " " + text
		}
		if more := detail(f); more != "" {
			text += " (" + more + ")"
		}
		words = append(words, text)
	}
	return strings.Join(words, "; ")
}
