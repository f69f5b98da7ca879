package failpoint

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// Variable is the one of the environment that arms points.
const Variable = "SLUICE_FAILPOINT"

// maxHits bounds a count.
const maxHits = 1_000_000_000

// Points are those that are armed. A decorator none of whose points is armed hands back what it was
// given. The zero value arms nothing.
type Points struct {
	armed map[Name]*point
	end   *ending // nil when nothing is armed
}

// point dies at its n-th hit, whoever's that is.
type point struct {
	n    int64
	hits atomic.Int64
	end  *ending
}

// New reads name@n[,name@n]: the process is killed at the n-th hit of the first point that gets so far. An
// empty text arms nothing. die does not return; nil = SIGKILL to this process. Every complaint names Variable.
func New(text string, die func()) (Points, error) {
	if text == "" {
		return Points{}, nil
	}
	if die == nil {
		die = killed
	}
	p := Points{armed: map[Name]*point{}, end: &ending{die: die}}
	var complaints []error
	for one := range strings.SplitSeq(text, ",") {
		name, n, err := parse(one)
		if err == nil && p.armed[name] != nil {
			err = fmt.Errorf("%s is named twice", name)
		}
		if err != nil {
			complaints = append(complaints, fmt.Errorf("%s: %w", Variable, err))
			continue
		}
		p.armed[name] = &point{n: n, end: p.end}
	}
	return p, errors.Join(complaints...)
}

func parse(text string) (Name, int64, error) {
	word, count, _ := strings.Cut(text, "@")
	name := Name(word)
	if !slices.Contains(Names(), name) {
		return "", 0, fmt.Errorf("%q is no point: write name@n, name being one of %s", word, list())
	}
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil || n < 1 || n > maxHits {
		return "", 0, fmt.Errorf("%q does not say at which hit: write %s@n, n being 1 to %d", text, name, maxHits)
	}
	return name, n, nil
}

// any says whether one of the points is armed.
func (p Points) any(names ...Name) bool {
	return slices.ContainsFunc(names, func(name Name) bool { return p.armed[name] != nil })
}

// at is the point, nil unless it is armed.
func (p Points) at(name Name) *point { return p.armed[name] }

// hit counts, and dies at the n-th. A point that is not armed does nothing.
func (p *point) hit() {
	if p != nil && p.hits.Add(1) == p.n {
		p.end.now()
	}
}
