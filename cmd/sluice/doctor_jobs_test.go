package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/internal/doctor"
	"sluice/schemas"
)

func TestDoctorJudgesTicks(t *testing.T) {
	for name, v := range map[string]verdict{
		"a runner":   {judgeTicks("jobs.ticks", 3*time.Second), nil},
		"its clock":  {judgeTicks("jobs.ticks", -3*time.Second), nil},
		"a takeover": {judgeTicks("jobs.ticks", 20*time.Second), nil},
		"nobody":     {judgeTicks("jobs.ticks", time.Hour), []string{"fail the last tick is 1h0m0s old => sluice run jobs => JobsUnowned"}},
	} {
		t.Run(name, v.holds)
	}
}

// Whatever sluice reads or writes in Kafka is looked at: each topic of setup, each pipeline's group and dead letters, webhooks
// among them, and the runner of the jobs.
func TestDoctorLooksAtAllOfKafka(t *testing.T) {
	cfg, err := loadConfig("", []string{"SLUICE_TOPIC_PREFIX=p-", "SLUICE_WEBHOOK_SERVICES=crm=https://crm.example.net/levels", "SLUICE_WEBHOOK_SECRETS_DIR=/nowhere"})
	if err != nil {
		t.Fatal(err)
	}
	part, closer, err := kafkaPart(cfg, "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := closer(); err != nil {
			t.Error(err)
		}
	}()
	looks := func(what, where string) {
		t.Helper()
		if !slices.ContainsFunc(part.Checks, func(c doctor.Check) bool { return c.What == what && c.Where == where }) {
			t.Errorf("nobody looks at %s %s", what, where)
		}
	}
	for _, topic := range []string{
		schemas.TopicPings, schemas.TopicOrders, schemas.TopicPurchases, schemas.TopicLevels, schemas.TopicCoupons, schemas.TopicTicks, schemas.TopicEpochs,
		schemas.TopicRules, "order-index.dead", "order-levels.dead", "purchase-levels.dead", "member-levels.dead", "webhook-crm.dead",
	} {
		looks("topic", "p-"+topic)
		if pipeline, dead := strings.CutSuffix(topic, ".dead"); dead {
			looks("dead", "p-"+topic)
			if pipeline == relayed {
				continue
			}
			for _, what := range []string{"group", "progress", "retention"} {
				looks(what, cfg.groupID(pipeline))
			}
		}
	}
	looks("jobs", "p-"+schemas.TopicTicks)
}
