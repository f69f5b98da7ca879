package main

import (
	"sluice/internal/webhook"
	"sluice/pipelines"
	"sluice/schemas"
)

// closingSink is a sink of one pipeline alone.
type closingSink interface {
	pipelines.Sink
	Close() error
}

// webhookSpecs are the pipelines that post changes of level, one for each service: one that is away holds back no other.
func (c *config) webhookSpecs() []spec {
	var all []spec
	for _, h := range c.hooks() {
		name := webhookPrefix + h.name
		all = append(all, spec{
			name: name, topic: schemas.TopicLevels, kind: services,
			build: func(d pipelineDeps) (carrier, error) {
				return pipelines.New(d.posting(name), webhook.NewStream(), d.sink, d.dead, d.obs)
			},
			own: func() (closingSink, error) {
				cfg, err := c.webhook(h)
				if err != nil {
					return nil, usage(err)
				}
				return webhook.NewSink(cfg)
			},
		})
	}
	return all
}

// posting is a webhook's pipeline: its batches are small and in order, the rest is as of all pipelines.
func (d pipelineDeps) posting(name string) pipelines.Config {
	cfg, common := webhook.Pipeline(name), d.config(name)
	cfg.AsOfRecord, cfg.CommitInterval = common.AsOfRecord, common.CommitInterval
	cfg.DrainTimeout, cfg.StallAfter = common.DrainTimeout, common.StallAfter
	return cfg
}
