package watch

import (
	"slices"
	"sort"
	"strings"
)

// Observation is a named sum that a drill's `expect.bites` can ask about.
type Observation struct {
	Name  string
	About string // what is summed
	From  string // whence: a metric, or how it is derived
}

// counted is an observation that is one metric's sum over the series that have all the labels.
type counted struct {
	name, about string
	metric      string
	label       string // "" = every series
	values      []string
}

// table of what is summed. Where a metric is counted per pipeline, all pipelines are added up.
func table() []counted {
	const (
		events   = "sluice_stage_events_total"
		records  = "sluice_records_total"
		requests = "sluice_store_requests_total"
		answers  = "sluice_http_requests_total"
	)
	return []counted{
		{name: "consumed", about: "records read from Kafka", metric: "sluice_records_consumed_total"},
		{name: "stored", about: "records settled as stored", metric: records, label: "verdict", values: []string{"stored"}},
		{name: "stale", about: "records settled as too old", metric: records, label: "verdict", values: []string{"stale"}},
		{name: "duplicate", about: "records that the store had already", metric: records, label: "verdict", values: []string{"duplicate"}},
		{name: "dead", about: "records settled as dead letters", metric: records, label: "verdict", values: []string{"poison"}},
		{name: "unsettled", about: "records read and given up unsettled with their partition", metric: records, label: "verdict", values: []string{"unsettled"}},

		{name: "retried", about: "writes offered to the store again", metric: "sluice_retries_total"},
		{name: "refused", about: "times that the store refused us, not the item", metric: events, label: "kind", values: []string{"refused"}},
		{name: "blocked", about: "times that a lane stopped polling at a limit", metric: events, label: "kind", values: []string{"blocked"}},
		{name: "stalled", about: "times that a lane had lag and no progress", metric: events, label: "kind", values: []string{"stalled"}},
		{name: "failed", about: "failures on the path after which it carried on", metric: events, label: "kind", values: []string{"failed"}},
		{name: "commits", about: "commits of a partition", metric: events, label: "kind", values: []string{"committed"}},
		{name: "rebalanced", about: "partitions given to a process", metric: events, label: "kind", values: []string{"assigned"}},
		{name: "drained", about: "partitions given up with all settled", metric: events, label: "kind", values: []string{"drained"}},
		{name: "abandoned", about: "partitions given up with something unsettled", metric: events, label: "kind", values: []string{"abandoned"}},

		{name: "batch-failed", about: "attempts at a batch that failed as a whole", metric: "sluice_batch_failures_total"},
		{name: "unanswered", about: "bulk requests without an answer", metric: requests, label: "status", values: []string{"0"}},
		{name: "store-429", about: "bulk requests answered 429 as a whole", metric: requests, label: "status", values: []string{"429"}},
		{name: "store-503", about: "bulk requests answered 503", metric: requests, label: "status", values: []string{"503"}},
		{name: "store-denied", about: "bulk requests answered 401 or 403", metric: requests, label: "status", values: []string{"401", "403"}},
		{name: "busy-items", about: "items that the store answered with 429", metric: "sluice_store_busy_items_total"},
		{name: "unseen", about: "sampled documents that no search found in time", metric: "sluice_searchable_probes_lost_total"},

		{name: "group-failed", about: "failures of a consumer group after which it carried on", metric: "sluice_group_failures_total"},
		{name: "gap", about: "times that records were gone before they were read", metric: "sluice_source_gaps_total"},
		{name: "lost", about: "offsets that were gone before they were read", metric: "sluice_source_lost_records_total"},
		{name: "skipped", about: "offsets that are there and cannot be read", metric: "sluice_source_skipped_records_total"},

		{name: "accepted", about: "records that the gateway acknowledged", metric: "sluice_gateway_accepted_total"},
		{name: "rejected", about: "records that the gateway refused for what they are", metric: "sluice_gateway_rejected_total"},
		{name: "unacknowledged", about: "records that Kafka did not acknowledge to the gateway", metric: "sluice_gateway_unacknowledged_total"},
		{name: "answered-408", about: "requests that a client was too slow with", metric: answers, label: "status", values: []string{"408"}},
		{name: "answered-413", about: "requests answered as too large", metric: answers, label: "status", values: []string{"413"}},
		{name: "answered-429", about: "requests answered 429", metric: answers, label: "status", values: []string{"429"}},
		{name: "answered-503", about: "requests answered 503", metric: answers, label: "status", values: []string{"503"}},
		{name: "panicked", about: "handlers that panicked", metric: "sluice_http_panics_total"},
		{name: "query-failed", about: "answers that a store failed", metric: "sluice_query_failures_total"},
	}
}

// What is derived, by us or from the load's own summary.
const (
	restarted    = "restarted"
	redelivered  = "redelivered"
	doubtful     = "doubtful"
	clientTries  = "client-retried"
	client503    = "client-503"
	clientUnsaid = "client-unanswered"
)

func derived() []Observation {
	return []Observation{
		{restarted, "lives of processes beyond the first", "process_start_time_seconds has changed"},
		{redelivered, "records read again", "sluice_records_consumed_total beyond how far the commits moved, whenever a pipeline has no lag; " +
			"a lower bound, as what a killed process read after its last look is not known"},
		{doubtful, "records that a client gave up without an answer", "summary of the load: doubtful"},
		{clientTries, "attempts of clients beyond the first", "summary of the load: retries"},
		{client503, "attempts of clients that were answered 503", "summary of the load: status503"},
		{clientUnsaid, "attempts of clients without an answer", "summary of the load: unanswered"},
		{"spoilt-requests", "bulk requests whose answer was spoilt", "the fault itself"},
		{"spoilt-items", "items whose answer was spoilt", "the fault itself"},
		{"spoilt-applied", "items that Elasticsearch applied and whose answer was spoilt", "the fault itself"},
		{"taken", "records deleted before they were read", "the fault itself"},
		{"forgotten", "records that were committed and have to be read again", "the fault itself"},
		{"killed", "processes that a fault killed, or had killed", "the fault itself"},
		{"rolled", "processes that were restarted in turn", "the fault itself"},
		{"turns", "times that a process left its groups or came back in a storm", "the fault itself"},
		{"crowd-opened", "connections that a crowd of clients opened", "the fault itself"},
		{"crowd-dropped", "connections of a crowd that the server ended", "the fault itself"},
		{"full", "processes that had as many files open as they may have", "the fault itself"},
		{"bursts", "times that processes were stopped in a starvation", "the fault itself"},
	}
}

// Observations are all that can be asked about, by name.
func Observations() []Observation {
	all := derived()
	for _, c := range table() {
		from := c.metric
		var fromSb98 strings.Builder
		for i, value := range c.values {
			sep := map[bool]string{true: "{" + c.label + "=", false: " or "}[i == 0]
			fromSb98.WriteString(sep + value)
		}
		from += fromSb98.String()
		if c.label != "" {
			from += "}"
		}
		all = append(all, Observation{Name: c.name, About: c.about, From: from})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// Known says whether there is such an observation.
func Known(name string) bool {
	for _, o := range Observations() {
		if o.Name == name {
			return true
		}
	}
	return false
}

// observe sums what one process says.
func observe(metrics []Metric) Sums {
	sums := Sums{}
	for _, c := range table() {
		for i := range metrics {
			if c.takes(&metrics[i]) {
				sums[c.name] += metrics[i].Value
			}
		}
	}
	return sums
}

func (c *counted) takes(m *Metric) bool {
	if m.Name != c.metric {
		return false
	}
	if c.label == "" {
		return true
	}
	return slices.Contains(c.values, m.Labels[c.label])
}
