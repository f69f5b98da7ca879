package verify

import (
	"context"
	"time"

	"sluice/internal/simulate/plan"
)

// aliveWithin is how long a fresh ping may take to be found.
const aliveWithin = 30 * time.Second

// alive is L10: a ping posted now is found by whoever asks, soon.
func (v *verifier) alive(ctx context.Context) Assertion {
	j := judging("L10", "liveness")
	if v.deps.Prober == nil {
		return j.unjudged("no gateway is given to post to")
	}
	v.deps.Watcher.Doing("posting a fresh ping", 0)
	limited, cancel := context.WithTimeout(ctx, aliveWithin)
	defer cancel()
	took, err := v.deps.Prober.Probe(limited)
	if err != nil {
		j.fault("a fresh ping was not found within %s: %v", aliveWithin, err)
		return j.done()
	}
	j.say("a fresh ping was found by its driver and nearby after %d ms", took.Milliseconds())
	return j.done()
}

// notVacuous is L11: what the load was to provoke has really happened.
func (v *verifier) notVacuous(t *tallies) Assertion {
	j := judging("L11", "not vacuous")
	f, asked := v.facts, v.author.Shares
	sent := func(what string, wanted bool, n int64) bool {
		if !wanted {
			return false
		}
		if n == 0 {
			j.fault("%s was asked for, and none was", what)
		}
		j.say("%s %d", what, n)
		return n > 0
	}
	counter := func(pipeline, verdict, what string) {
		if t.why == "" && t.ended == 0 && t.grown[pipeline][verdict] == 0 {
			j.fault("%s, and %s counted nothing as %s", what, pipeline, verdict)
		}
	}
	if sent("late", asked.Late > 0, f.kinds[plan.Late]) {
		counter(v.cfg.Live, "stale", "late pings were sent")
	}
	if sent("doubled", asked.Doubled > 0, f.doubled) {
		counter(v.cfg.Past, "duplicate", "pings were doubled")
	}
	if sent("ahead", asked.Ahead > 0, f.kinds[plan.Ahead]) && v.found.clamped == 0 {
		j.fault("clocks were ahead, and no document has another time than its device's")
	}
	sent("teleported", asked.Teleport > 0, f.kinds[plan.Teleport])
	sent("refused", asked.Poison*(1-asked.Topic) > 0, f.kinds[plan.Refused])
	if sent("poison on the topic", asked.Poison*asked.Topic > 0, f.kinds[plan.Dead]) {
		for _, p := range v.cfg.Ledger.Header.Pipelines {
			if v.found.letters[p.Name].counted == 0 {
				j.fault("poison was written to the topic, and %s has no dead letter", p.Name)
			}
		}
	}
	if v.cfg.Rejected > 0 {
		sent("rejected by the store", true, v.found.letters[v.cfg.Past].sound.size())
	}
	if v.facts.least == 0 {
		j.fault("nothing was acknowledged at all")
	}
	if len(j.parts) == 0 {
		j.say("no misbehaviour was asked for; %d acknowledged", v.facts.least)
	}
	switch {
	case t.why != "":
		j.say("stale and duplicate not looked at: %s", t.why)
	case t.ended > 0:
		j.say("stale and duplicate not looked at: %d processes ended", t.ended)
	}
	return j.done()
}
