package drill

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/internal/drill/report"
	"sluice/internal/drill/watch"
)

// askable complains of an expectation that cannot be judged here.
func (a *act) askable() error {
	name := a.drill.Expect.First
	known := func(p watch.Pipeline) bool { return p.Name == name }
	if name != "" && !slices.ContainsFunc(a.scene.Pipelines, known) {
		return fmt.Errorf("expect.first: there is no pipeline %s", name)
	}
	return nil
}

// expected notes how an expectation came out.
func (a *act) expected(held bool, asked, seen string) {
	a.tell("%s: %s", asked, seen)
	a.mu.Lock()
	a.said.Bites = append(a.said.Bites, report.Bite{Asked: asked, Seen: seen, Held: held})
	a.mu.Unlock()
	if !held {
		a.fail("%s: %s", asked, seen)
	}
}

// refused sees how soon after an injection a client is answered 503.
func (a *act) refused(ctx context.Context, limit time.Duration, kind string) report.Recovery {
	what := "refuses within " + limit.String() + " of " + kind
	took := a.timed(ctx, limit, what, func(ctx context.Context) error { return a.scene.Prober.Refused(ctx, a.load) })
	if took.Met() {
		a.expected(true, what, fmt.Sprintf("503 after %.1f s", took.Seconds))
	}
	return took
}

// recorded judges what only the whole record shows.
func (a *act) recorded() {
	if first := a.drill.Expect.First; first != "" {
		a.first(first)
	}
	if a.drill.Expect.Flat > 0 {
		for i := range a.said.Injections {
			a.level(i)
		}
	}
}

// first judges whether a pipeline caught up before every other after each round.
func (a *act) first(name string) {
	caught := map[float64]watch.Drain{}
	for _, d := range a.said.Drains {
		if d.Pipeline == name {
			caught[d.Healed] = d
		}
	}
	held := len(caught) > 0
	var seen []string
	for _, d := range a.said.Drains {
		mine := caught[d.Healed].Seconds
		held = held && mine >= 0 && (d.Pipeline == name || d.Seconds < 0 || mine < d.Seconds)
		text := fmt.Sprintf("%s after %.0f s, from %.0f records behind", d.Pipeline, d.Seconds, d.Peak)
		if d.Seconds < 0 {
			text = fmt.Sprintf("%s never, from %.0f records behind", d.Pipeline, d.Peak)
		}
		seen = append(seen, text)
	}
	a.expected(held, "first is "+name, strings.Join(seen, "; "))
}

// level judges the memory of the pipelines processes while a fault lasted: its last two thirds against the second half
// of the calm before it. How it went from the outage's first third to its last is said beside that.
func (a *act) level(injection int) {
	w, in := &a.said.Watched, &a.said.Injections[injection]
	if in.InForce.IsZero() || in.Healing.IsZero() {
		return
	}
	began := 0.0
	for i := range a.said.Injections {
		if healed := a.said.Injections[i].Healed; healed.Before(in.Injecting) && !healed.IsZero() {
			began = max(began, w.At(healed))
		}
	}
	at, from, to := w.At(in.Injecting), w.At(in.InForce), w.At(in.Healing)
	before, during := watch.Span{From: (began + at) / 2, To: at}, watch.Span{From: from + (to-from)/3, To: to}
	first, last := watch.Span{From: from, To: to}.Thirds()
	for _, s := range w.Of(watch.RSS) {
		if !strings.HasPrefix(s.Of, "pipelines") {
			continue
		}
		f := watch.Flat(&s, before, during, watch.FlatConfig{Within: float64(a.drill.Expect.Flat)})
		course := watch.Flat(&s, first, last, watch.FlatConfig{})
		a.said.Flat = append(a.said.Flat, f)
		a.expected(f.Flat, "memory of "+s.Of+" while "+in.Fault+" lasts", fmt.Sprintf("%.1f MiB before, %.1f MiB during: %s; from its first third to its last %.1f to %.1f MiB",
			f.Early/mebibyte, f.Late/mebibyte, f.Detail, course.Early/mebibyte, course.Late/mebibyte))
	}
}

const mebibyte = 1 << 20
