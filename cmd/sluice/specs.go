package main

import (
	"context"
	"slices"

	"sluice/pipelines"
	"sluice/pipelines/gps"
	"sluice/pipelines/orders"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// spec is one pipeline: which topic, and how its records are carried.
type spec struct {
	name  string
	topic string
	kind  storeKind
	build func(d pipelineDeps) (carrier, error)
	own   func() (closingSink, error) // where it writes, of kind services
}

// storeKind is which of a site's stores a pipeline writes to.
type storeKind int

const (
	documents storeKind = iota // the one that is searched
	levels                     // that of member levels
	services                   // none: others' services, each behind its pipeline's own sink
)

// carrier is a pipeline of any record type.
type carrier interface {
	Run(ctx context.Context, group pipelines.Group) error
}

// pipelineDeps are what every pipeline is made of.
type pipelineDeps struct {
	cfg  *config
	sink pipelines.Sink
	dead pipelines.DeadLetters
	obs  pipelines.Observer

	rules *rules.Rules // of member levels

	asOfRecord bool // ages are judged as of each record's own time: a replay
}

// config is the pipeline's.
func (d pipelineDeps) config(name string) pipelines.Config {
	cfg := *d.cfg.pipeline(name)
	cfg.AsOfRecord = d.asOfRecord
	return cfg
}

// specs are the pipelines of every installation. A new one is one more entry.
func specs() []spec {
	return append([]spec{
		{name: gps.Live, topic: schemas.TopicPings, build: func(d pipelineDeps) (carrier, error) {
			return pipelines.New(d.config(gps.Live), gps.NewLive(d.cfg.gps()), d.sink, d.dead, d.obs)
		}},
		{name: gps.History, topic: schemas.TopicPings, build: func(d pipelineDeps) (carrier, error) {
			return pipelines.New(d.config(gps.History), gps.NewHistory(d.cfg.gps()), d.sink, d.dead, d.obs)
		}},
		{name: orders.Index, topic: schemas.TopicOrders, build: func(d pipelineDeps) (carrier, error) {
			return pipelines.New(d.config(orders.Index), orders.NewIndex(), d.sink, d.dead, d.obs)
		}},
	}, levelSpecs()...)
}

// specs are all pipelines of this installation.
func (c *config) specs() []spec { return append(specs(), c.webhookSpecs()...) }

// pipelineNames are the names of every installation's pipelines.
func pipelineNames() []string { return namesOf(specs()) }

func namesOf(all []spec) []string {
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].name
	}
	return names
}

// chosen are the pipelines of that name, or all.
func (c *config) chosen(names []string) []spec { return among(c.specs(), names) }

func among(all []spec, names []string) []spec {
	return slices.DeleteFunc(all, func(s spec) bool { return len(names) > 0 && !slices.Contains(names, s.name) })
}
