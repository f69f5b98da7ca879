package main

import (
	"errors"
	"testing"
	"time"

	"sluice/internal/doctor"
	"sluice/sinks/elastic"
)

func TestDoctorJudgesElasticsearch(t *testing.T) {
	cfg := defaults(t)
	single := *cfg
	single.Index.Replicas = 0
	node := func(change func(*elastic.Node)) []doctor.Finding {
		n := elastic.Node{Name: "n1", Version: "8.19.5", MaxContentLength: 100 << 20, Total: 100 << 30, Available: 50 << 30, ClockError: time.Millisecond}
		change(&n)
		return judgeNode(cfg, n)
	}
	limits := elastic.Limits{MaxShardsPerNode: 1000, Watermarks: true}
	for name, v := range map[string]verdict{
		"url":               {judgeURL("u", []elastic.Node{{Version: "8.1.0"}}, nil), nil},
		"old":               {judgeURL("u", []elastic.Node{{Name: "n1", Version: "7.17.0"}}, nil), []string{`fail node n1 is version "7.17.0" => run Elasticsearch 8.x`}},
		"newer":             {judgeURL("u", []elastic.Node{{Name: "n1", Version: "9.1.0"}}, nil), []string{"warn node n1 is version 9.1.0"}},
		"somebody else":     {judgeURL("u", nil, nil), []string{"fail answers, but names no node"}},
		"away":              {judgeURL("u", nil, errors.New("refused")), []string{"fail refused"}},
		"unknown authority": {judgeURL("u", nil, errors.New("x509: unknown authority")), []string{"fail x509 => SLUICE_ELASTIC_CA_FILE="}},
		"node":              {node(func(*elastic.Node) {}), nil},
		"small bodies":      {node(func(n *elastic.Node) { n.MaxContentLength = 4 << 20 }), []string{"fail takes requests of 4MiB, elastic.maxBody is 8MiB => SLUICE_ELASTIC_MAX_BODY=4MiB"}},
		"rejections":        {node(func(n *elastic.Node) { n.WriteRejected = 9 }), []string{"warn has turned away 9 bulk items => SLUICE_ELASTIC_MAX_IN_FLIGHT=4"}},
		"disk":              {node(func(n *elastic.Node) { n.Available = 1 << 30 }), []string{"fail only 1 GiB of 100 GiB are free"}},
		"clock ahead":       {node(func(n *elastic.Node) { n.ClockAhead = 5 * time.Second }), []string{"fail is 5s ahead"}},
		"clock behind":      {node(func(n *elastic.Node) { n.ClockAhead = -5 * time.Second }), []string{"warn is 5s behind"}},
		"clock not told":    {node(func(n *elastic.Node) { n.ClockAhead, n.ClockError = 2*time.Second, 3*time.Second }), nil},
		"green":             {judgeHealth(cfg, elastic.Health{Status: "green", DataNodes: 2}), nil},
		"yellow":            {judgeHealth(cfg, elastic.Health{Status: "yellow", DataNodes: 3, UnassignedShards: 2}), []string{"warn is yellow: 2 shards are unassigned => _cluster/allocation/explain"}},
		"yellow for ever":   {judgeHealth(cfg, elastic.Health{Status: "yellow", DataNodes: 1, UnassignedShards: 2}), []string{`warn is yellow: 2 copies have no node to live on => {"index.number_of_replicas":0}`}},
		"red":               {judgeHealth(cfg, elastic.Health{Status: "red", UnassignedShards: 2}), []string{"fail is red: 2 shards are nowhere"}},
		"yellow tomorrow":   {judgeHealth(cfg, elastic.Health{Status: "green", DataNodes: 1}), []string{"warn has one data node and index.replicas is 1 => SLUICE_INDEX_REPLICAS=0"}},
		"one node, no copy": {judgeHealth(&single, elastic.Health{Status: "green", DataNodes: 1}), nil},
		"shards":            {judgeLimits(cfg, elastic.Health{DataNodes: 1, ActiveShards: 10}, limits), nil},
		"many shards":       {judgeLimits(cfg, elastic.Health{DataNodes: 1, ActiveShards: 950}, limits), []string{`warn 950 of 1000 shards are in use => "cluster.max_shards_per_node":2000`}},
		"no room":           {judgeLimits(cfg, elastic.Health{DataNodes: 1, ActiveShards: 999}, limits), []string{"fail 999 of 1000 shards are in use: tomorrow's index cannot be made"}},
		"closed":            {judgeLimits(cfg, elastic.Health{DataNodes: 1}, elastic.Limits{Watermarks: true, ReadOnly: true}), []string{`fail the whole cluster is closed to writing => "cluster.blocks.read_only":null`}},
		"unwatched disks":   {judgeLimits(cfg, elastic.Health{DataNodes: 1}, elastic.Limits{}), []string{`warn disk watermarks are off => threshold_enabled":true`}},
		"rights":            {judgeRights(nil), nil},
		"missing rights":    {judgeRights([]string{"positions: write"}), []string{"fail 1 are missing => give this user's role: positions: write"}},
		"templates":         {judgeTemplates("p*", nil), nil},
		"missing templates": {judgeTemplates("p*", errors.Join(errors.New("template a is missing: run setup"), errors.New("index b is missing: run setup"))), []string{"fail template a is missing => sluice setup", "fail index b is missing => sluice setup"}},
	} {
		t.Run(name, v.holds)
	}
}

func TestDoctorJudgesIndices(t *testing.T) {
	cfg := defaults(t)
	cfg.Index.Prefix = "p-"
	now := time.Date(2026, 3, 10, 1, 0, 0, 0, time.UTC)
	with := func(change func(*elastic.Index)) []doctor.Finding {
		index := elastic.Index{Name: "p-pings-2026.03.10", Replicas: "1", RefreshInterval: "1000ms", Durability: "request", Aliases: []string{"p-pings"}}
		change(&index)
		return judgeIndices(cfg, []elastic.Index{{Name: "p-positions", Replicas: "1"}, index})
	}
	kept := func(days int, managed bool, indices ...elastic.Index) []doctor.Finding {
		keeping := *cfg
		keeping.GPS.KeepDays = days
		return judgeKept(&keeping, managed, indices, now)
	}
	day := func(name string) elastic.Index { return elastic.Index{Name: "p-pings-" + name} }
	orders := func(alias string, differs ...string) elastic.Index {
		return elastic.Index{Name: "p-orders-2026.03", Replicas: "1", Aliases: []string{alias}, Differs: differs}
	}
	for name, v := range map[string]verdict{
		"sound":           {with(func(*elastic.Index) {}), nil},
		"closed":          {with(func(i *elastic.Index) { i.Blocks = []string{"read_only_allow_delete"} }), []string{`fail p-pings-2026.03.10 is closed to writing => "index.blocks.read_only_allow_delete":null`}},
		"asynchronous":    {with(func(i *elastic.Index) { i.Durability = "async" }), []string{`fail asynchronous translog => {"index.translog.durability":"request"}`}},
		"another mapping": {with(func(i *elastic.Index) { i.Differs = []string{"ts"} }), []string{"fail p-pings-2026.03.10 is not mapped as the template says (ts)"}},
		"one copy":        {with(func(i *elastic.Index) { i.Replicas = "0" }), []string{`warn has no second copy => {"index.number_of_replicas":1}`}},
		"slow refresh":    {with(func(i *elastic.Index) { i.RefreshInterval = "30s" }), []string{`warn has another refresh interval than index.refresh (1s) => {"index.refresh_interval":"1000ms"}`}},
		"no refresh":      {with(func(i *elastic.Index) { i.RefreshInterval = "-1" }), []string{"warn has another refresh interval"}},
		"no alias":        {with(func(i *elastic.Index) { i.Aliases = nil }), []string{"fail is not behind the alias p-pings => /p-pings-2026.03.10/_alias/p-pings"}},
		"kept for ever":   {kept(0, false, day("2020.01.01")), []string{"warn history is kept for ever => SLUICE_GPS_KEEP_DAYS=30"}},
		"kept":            {kept(2, false, day("2026.03.07"), day("2026.03.10")), nil},
		"too old":         {kept(2, false, day("2026.03.06")), []string{"warn p-pings-2026.03.06 is older than gps.keepDays (2)"}},
		"no policy":       {kept(2, true, day("2026.03.10")), []string{"warn p-pings-2026.03.10 is without a lifecycle policy"}},
		"not a day":       {kept(2, false, elastic.Index{Name: "p-pings-shadow"}), nil},
		"orders":          {judgeIndices(cfg, []elastic.Index{orders("p-orders")}), nil},
		"no alias, orders": {
			judgeIndices(cfg, []elastic.Index{orders("orders")}),
			[]string{"fail p-orders-2026.03 is not behind the alias p-orders: searches => /p-orders-2026.03/_alias/p-orders"},
		},
		"orders must be copied": {
			judgeIndices(cfg, []elastic.Index{orders("p-orders", "city")}),
			[]string{"fail p-orders-2026.03 is not mapped as the template says (city) => http://127.0.0.1:9200/_reindex"},
		},
		"the live index must go": {
			judgeIndices(cfg, []elastic.Index{{Name: "p-positions", Replicas: "1", Differs: []string{"location"}}}),
			[]string{"fail p-positions is not mapped => curl -X DELETE 'http://127.0.0.1:9200/p-positions' && sluice setup"},
		},
	} {
		t.Run(name, v.holds)
	}
}
