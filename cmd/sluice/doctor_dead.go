package main

import (
	"context"
	"errors"
	"time"

	"sluice/internal/doctor"
	"sluice/internal/kafka"
	"sluice/internal/requeue"
	"sluice/schemas"
)

// countDead is how long letters are counted: there may be many.
const countDead = 4 * time.Second

// deadCheck is checkDead of one who keeps dead letters.
func deadCheck(cfg *config, look *kafka.Inspector, who string) doctor.Check {
	return doctor.Check{What: "dead", Where: cfg.Topic.Prefix + schemas.DeadTopic(who), Run: func(ctx context.Context) []doctor.Finding {
		return checkDead(ctx, cfg, look, who)
	}}
}

// checkDead says whether records were given up that nobody has dealt with yet.
func checkDead(ctx context.Context, cfg *config, look *kafka.Inspector, pipeline string) []doctor.Finding {
	topic := schemas.DeadTopic(pipeline)
	where := cfg.Topic.Prefix + topic
	lags, err := look.Lag(ctx, cfg.groupID(pipeline), topic)
	if err != nil {
		return only(askingFailed("dead", where, err))
	}
	var there int64
	for _, lag := range lags {
		there += lag.End - lag.Start
	}
	if there == 0 {
		return judgeDead(where, pipeline, 0, true)
	}
	open, err := openLetters(ctx, cfg, pipeline)
	if errors.Is(err, context.DeadlineExceeded) {
		return judgeDead(where, pipeline, there, false)
	}
	if err != nil {
		return only(askingFailed("dead", where, err))
	}
	return judgeDead(where, pipeline, open, true)
}

// openLetters counts those that were neither requeued nor dropped.
func openLetters(ctx context.Context, cfg *config, pipeline string) (open int64, err error) {
	boxes, err := newDeadBoxes(cfg)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, boxes.scanner.Close()) }()
	ctx, cancel := context.WithTimeout(ctx, countDead)
	defer cancel()
	var survey requeue.Survey
	err = survey.Count(ctx, boxes.box(pipeline), &requeue.Filter{}, nil)
	return survey.Open(), err
}

// judgeDead says how many are open; not counted means that letters dealt with are among them.
func judgeDead(where, pipeline string, open int64, counted bool) []doctor.Finding {
	j := judged{what: "dead", where: where}
	switch {
	case !counted:
		j.warn("sluice dead ls --pipeline "+pipeline, "%s or marks, too many to tell the open ones in %s", count(int(open), "dead letter"), countDead)
	case open > 0:
		j.warn("sluice dead ls --pipeline "+pipeline, "%s open", count(int(open), "dead letter"))
	}
	return j.or("no open dead letters")
}
