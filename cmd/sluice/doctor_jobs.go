package main

import (
	"context"
	"errors"
	"time"

	"sluice/internal/doctor"
	"sluice/internal/kafka"
	"sluice/schemas"
)

// tickFail is how old the newest tick may be: the runner writes one every five seconds, and one who takes over needs
// a session's time.
const tickFail = time.Minute

// jobsCheck finds out whether any process is the runner of the jobs: by its ticks, for what it has to publish may be nothing.
func jobsCheck(cfg *config, look *kafka.Inspector) doctor.Check {
	where := cfg.Topic.Prefix + schemas.TopicTicks
	return doctor.Check{What: "jobs", Where: where, Run: func(ctx context.Context) []doctor.Finding {
		last, err := newestRecord(ctx, cfg, look, schemas.TopicTicks)
		switch {
		case errors.Is(err, errNoRecord):
			return only(doctor.Skipped("jobs", where, "no process was the runner yet: sluice run jobs"))
		case err != nil:
			return only(askingFailed("jobs", where, err))
		}
		return judgeTicks(where, -last.ahead)
	}}
}

// judgeTicks says whether somebody is the runner, by the age of the newest tick.
func judgeTicks(where string, age time.Duration) []doctor.Finding {
	j := judged{what: "jobs", where: where}
	if age > tickFail {
		j.fail("sluice run jobs # when one runs its log says why; "+runbook("JobsUnowned"), "the last tick is %s old: no process publishes changes of level, announces falls or gives coupons", rounded(age))
	}
	return j.or("a process is the runner, its last tick %s ago", rounded(max(age, 0)))
}
