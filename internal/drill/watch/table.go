package watch

// table of what is summed. Where a metric is counted per pipeline, all pipelines are added up.
func table() []counted {
	const (
		events   = "sluice_stage_events_total"
		retries  = "sluice_retries_total"
		records  = "sluice_records_total"
		requests = "sluice_store_requests_total"
		answers  = "sluice_http_requests_total"
		seconds  = "sluice_store_request_seconds"
		waited   = "sluice_http_request_seconds"
	)
	pings := []string{"/v1/pings"}
	return []counted{
		{name: "consumed", about: "records read from Kafka", metric: "sluice_records_consumed_total", usual: true},
		{name: "stored", about: "records settled as stored", metric: records, label: "verdict", values: []string{"stored"}, usual: true},
		{name: "stale", about: "records settled as too old", metric: records, label: "verdict", values: []string{"stale"}, usual: true},
		{name: "duplicate", about: "records that the store had already", metric: records, label: "verdict", values: []string{"duplicate"}, usual: true},
		{name: "dead", about: "records settled as dead letters", metric: records, label: "verdict", values: []string{"poison"}, usual: true},
		{name: "unsettled", about: "records read and given up unsettled with their partition", metric: records, label: "verdict", values: []string{"unsettled"}},

		{name: "retried", about: "writes offered to the store again", metric: retries},
		{name: "refused", about: "times that the store refused us, not the item", metric: events, label: "kind", values: []string{"refused"}},
		{name: "blocked", about: "times that a lane stopped polling at a limit", metric: events, label: "kind", values: []string{"blocked"}, usual: true},
		{name: "stalled", about: "times that a lane had lag and no progress", metric: events, label: "kind", values: []string{"stalled"}},
		{name: "failed", about: "failures on the path after which it carried on", metric: events, label: "kind", values: []string{"failed"}},
		{name: "commits", about: "commits of a partition", metric: events, label: "kind", values: []string{"committed"}, usual: true},
		{name: "rebalanced", about: "partitions given to a process", metric: events, label: "kind", values: []string{"assigned"}, usual: true},
		{name: "drained", about: "partitions given up with all settled", metric: events, label: "kind", values: []string{"drained"}, usual: true},
		{name: "abandoned", about: "partitions given up with something unsettled", metric: events, label: "kind", values: []string{"abandoned"}},

		{name: "batch-failed", about: "attempts at a batch that failed as a whole", metric: "sluice_batch_failures_total"},
		{name: "writes", about: "bulk requests", metric: seconds, usual: true},
		{name: "slow-writes", about: "bulk requests that took longer than 250 ms", metric: seconds, beyond: 0.25, usual: true},
		{name: "stuck-writes", about: "bulk requests that took longer than 5 s", metric: seconds, beyond: 5},
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

		{name: "levels-lost", about: "losses of the store of member levels that a partition has taken its share of", metric: "sluice_levels_lost_total"},
		{name: "levels-reread", about: "offsets that were settled once and are read again after such a loss", metric: "sluice_levels_reread_offsets_total"},
		{name: "levels-missing", about: "offsets that were lost so and are no longer in the topic", metric: "sluice_levels_missing_offsets_total"},
		{name: "levels-announced", about: "changes of level put into outboxes", metric: "sluice_levels_announced_total", usual: true},
		{name: "slot-moves", about: "writes offered again because their slot was on its way to another node", metric: retries, label: "reason", values: []string{"slot_moves"}},
		{name: "memory-full", about: "writes offered again because the store had no memory for them", metric: retries, label: "reason", values: []string{"out_of_memory"}},
		{name: "unpublished", about: "attempts to publish changes of level that failed", metric: "sluice_relay_failures_total"},

		{name: "accepted", about: "records that the gateway acknowledged", metric: "sluice_gateway_accepted_total", usual: true},
		{name: "rejected", about: "records that the gateway refused for what they are", metric: "sluice_gateway_rejected_total", usual: true},
		{name: "unacknowledged", about: "records that Kafka did not acknowledge to the gateway", metric: "sluice_gateway_unacknowledged_total"},
		{name: "answers", about: "requests with pings that were answered", metric: waited, label: "route", values: pings, usual: true},
		{name: "slow-answers", about: "requests with pings that took longer than 100 ms", metric: waited, label: "route", values: pings, beyond: 0.1, usual: true},
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
	restarted      = "restarted"
	redelivered    = "redelivered"
	behind         = "behind"
	doubtful       = "doubtful"
	clientTries    = "client-retried"
	client503      = "client-503"
	clientUnsaid   = "client-unanswered"
	sentLate       = "sent-late"
	sentDoubled    = "sent-doubled"
	sentDisordered = "sent-disordered"
	sentAhead      = "sent-ahead"
	sentPoison     = "sent-poison"
)

// farBehind is a lag, records, that the drills' loads have of a fault only: at 3,000 a second it was up to 6,000 without.
const farBehind = 10_000

func derived() []Observation {
	all := []Observation{
		{Name: restarted, About: "lives of processes beyond the first", From: "process_start_time_seconds has changed"},
		{Name: redelivered, About: "records read again", From: "sluice_records_consumed_total beyond how far the commits moved, whenever a pipeline has no lag; who stops, or dies at a failpoint, says last " +
			"what it read, and the figure is exact; what a process that was killed otherwise read after its last look is not known: it is a lower bound then, and no figure when it is none", Late: true},
		{Name: behind, About: "looks, about one a second, at which a pipeline had over 10,000 records still to settle", From: "the lag of each pipeline"},
		{Name: doubtful, About: "records that a client gave up without an answer", From: "summary of the load: doubtful", Late: true},
		{Name: clientTries, About: "attempts of clients beyond the first", From: "summary of the load: retries", Late: true},
		{Name: client503, About: "attempts of clients that were answered 503", From: "summary of the load: status503", Late: true},
		{Name: clientUnsaid, About: "attempts of clients without an answer", From: "summary of the load: unanswered", Late: true},
	}
	for name, about := range map[string]string{
		sentLate: "records that phones had kept", sentDoubled: "records sent again", sentDisordered: "records sent behind newer ones",
		sentAhead: "records of clocks that are ahead", sentPoison: "poison sent to the gateway",
	} {
		all = append(all, Observation{Name: name, About: about, From: "summary of the load", Usual: true, Late: true})
	}
	for name, about := range witnessed() {
		all = append(all, Observation{Name: name, About: about, From: "the fault itself"})
	}
	return all
}

// witnessed is what faults tell of themselves.
func witnessed() map[string]string {
	return map[string]string{
		"spoilt-requests": "bulk requests whose answer was spoilt",
		"spoilt-items":    "items whose answer was spoilt",
		"spoilt-applied":  "items that Elasticsearch applied and whose answer was spoilt",
		"taken":           "records deleted before they were read",
		"forgotten":       "records that were committed and have to be read again",
		"killed":          "processes that a fault killed, or had killed",
		"rolled":          "processes that were restarted in turn",
		"turns":           "times that a process left its groups or came back in a storm",
		"crowd-opened":    "connections that a crowd of clients opened",
		"crowd-dropped":   "connections of a crowd that the server ended",
		"full":            "processes that had as many files open as they may have",
		"bursts":          "times that processes were stopped in a starvation",
		"delayed":         "questions over a delayed way that were answered as late as the delay says",
		"throttled":       "questions over a slow way that took as long as its rate says",
		"sliced":          "questions over a way of small pieces that took as long as its pauses say",
		"resets":          "connections that a way reset",
		"felled":          "servers that a fault ended and that came back as another process",
		"recreated":       "partitions made anew that every pipeline reads",
		"flushed":         "keys that were removed from Redis",
		"cut-short":       "bytes of Redis's log that a power cut took",
		"promoted":        "replicas of Redis that became primaries",
		"missed":          "bytes that replicas of Redis had not heard when they became primaries",
		"moved":           "slots of a Redis Cluster that were moved to another node",
		"added":           "partitions that were added and that every pipeline reads",
	}
}
