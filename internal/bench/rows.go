package bench

import "context"

// row is one thing that can be asked for by name.
type row struct {
	name    string
	about   string
	elastic bool // needs a real Elasticsearch
	measure func(ctx context.Context, b *run, name string) error
}

// rows in the order in which they are measured.
func rows() []row {
	return []row{
		{name: "history-null", about: "gps-history into a null bulk server, beside a bare group consumer", measure: measureHistoryNull},
		{name: "live-null", about: "gps-live into a null bulk server, beside a bare group consumer", measure: measureLiveNull},
		{name: "backlog", about: "gps-history behind a sink that was slow: memory, then the drain", measure: measureBacklog},
		{name: "gateway", about: "NDJSON of 500 pings on 8 connections, beside a bare AsyncProducer", measure: measureGateway},
		{name: "history-elastic", about: "gps-history into Elasticsearch, beside a bare bulk loader", elastic: true, measure: measureHistoryElastic},
		{name: "live-elastic", about: "gps-live into Elasticsearch, beside a bare bulk loader", elastic: true, measure: measureLiveElastic},
		{name: "nearby", about: "20 nearest idle drivers while pings flow", elastic: true, measure: measureNearby},
	}
}

// RowNames are the rows, in the order in which they are measured.
func RowNames() []string {
	var names []string
	for _, r := range rows() {
		names = append(names, r.name)
	}
	return names
}

// The pipelines that are measured.
const (
	pipelineHistory = "gps-history"
	pipelineLive    = "gps-live"
)
