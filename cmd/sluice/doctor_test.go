package main

import (
	"crypto/x509"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/internal/doctor"
	"sluice/internal/kafka"
	"sluice/internal/settings"
	"sluice/sinks/elastic"
)

// verdict is what one judgement must say of what is not ok: the level, then parts of the text
// and of the fix, between " => ".
type verdict struct {
	found []doctor.Finding
	want  []string
}

func (v verdict) holds(t *testing.T) {
	t.Helper()
	var said []string
	for _, f := range v.found {
		if f.Level == doctor.OK {
			continue
		}
		said = append(said, string(f.Level)+" "+f.Text+" => "+f.Fix)
		if (f.Fix == "") != (f.Level == doctor.Skip) {
			t.Errorf("%s %q has the fix %q", f.Level, f.Text, f.Fix)
		}
	}
	if len(v.found) == 0 || len(said) != len(v.want) {
		t.Fatalf("said %q, want %q", said, v.want)
	}
	for i, want := range v.want {
		level, parts, _ := strings.Cut(want, " ")
		if !strings.HasPrefix(said[i], level+" ") {
			t.Errorf("said %q, want level %s", said[i], level)
		}
		for part := range strings.SplitSeq(parts, " => ") {
			if !strings.Contains(said[i], part) {
				t.Errorf("said %q, want %q", said[i], part)
			}
		}
	}
}

// defaults are the settings in force without file and environment.
func defaults(t *testing.T) *config {
	t.Helper()
	cfg, err := loadConfig("", nil)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// sound is a topic as the specification wants it.
func sound(spec kafka.TopicSpec) kafka.TopicState {
	state := kafka.TopicState{Settings: maps.Clone(spec.Settings), May: kafka.May{Known: true, Read: true, Write: true, Describe: true}}
	state.Settings[settingUnclean], state.Settings[settingCleanup] = "false", "delete"
	for id := range spec.Partitions {
		state.Partitions = append(state.Partitions, kafka.PartitionState{ID: id, Leader: true, Replicas: 3, InSync: 3})
	}
	return state
}

func TestDoctorJudgesTopics(t *testing.T) {
	cfg := defaults(t)
	cfg.Topic.Replicas, cfg.Topic.MinISR, cfg.Topic.Partitions, cfg.Topic.Prefix = 3, 2, 4, "p-"
	spec := topicSpecs(cfg)[0]
	set := func(name, value string) func(*kafka.TopicState) {
		return func(s *kafka.TopicState) { s.Settings[name] = value }
	}
	part := func(change func(*kafka.PartitionState)) func(*kafka.TopicState) {
		return func(s *kafka.TopicState) { change(&s.Partitions[1]) }
	}
	for name, c := range map[string]struct {
		change func(*kafka.TopicState)
		want   []string
	}{
		"sound":            {change: func(*kafka.TopicState) {}},
		"missing":          {func(s *kafka.TopicState) { s.Missing = true }, []string{"fail is missing => sluice setup"}},
		"fewer partitions": {func(s *kafka.TopicState) { s.Partitions = s.Partitions[:2] }, []string{"warn has 2 partitions, topic.partitions says 4 => --alter --topic p-driver.pings --partitions 4"}},
		"more partitions":  {func(s *kafka.TopicState) { s.Partitions = append(s.Partitions, s.Partitions[0]) }, []string{"warn has 5 partitions => SLUICE_TOPIC_PARTITIONS=5"}},
		"no partitions":    {func(s *kafka.TopicState) { s.Partitions = nil }, []string{"fail has no partitions"}},
		"fewer copies": {func(s *kafka.TopicState) {
			for i := range s.Partitions {
				s.Partitions[i].Replicas, s.Partitions[i].InSync = 2, 2
			}
		}, []string{"warn has 2 copies, topic.replicas says 3"}},
		"no leader":            {part(func(p *kafka.PartitionState) { p.Leader = false }), []string{"fail partitions [1] have no leader"}},
		"closed":               {part(func(p *kafka.PartitionState) { p.InSync = 1 }), []string{"fail partitions [1] have fewer copies in sync than min.insync.replicas (2)"}},
		"under-replicated":     {part(func(p *kafka.PartitionState) { p.InSync = 2 }), []string{"warn partitions [1] are under-replicated"}},
		"too few acknowledge":  {set(settingMinISR, "1"), []string{"fail min.insync.replicas is 1, topic.minIsr says 2 => --add-config min.insync.replicas=2"}},
		"more acknowledge":     {set(settingMinISR, "3"), []string{"warn min.insync.replicas is 3, wanted 2"}},
		"small messages":       {set(settingMaxMessage, "1000"), []string{"fail max.message.bytes is 1000 => --entity-name p-driver.pings --add-config max.message.bytes=1048576"}},
		"large messages":       {set(settingMaxMessage, "9999999"), []string{"warn max.message.bytes is 9999999"}},
		"devices' times":       {set(settingTimeType, "CreateTime"), []string{"fail message.timestamp.type is CreateTime => message.timestamp.type=LogAppendTime"}},
		"unclean election":     {set(settingUnclean, "true"), []string{"fail unclean.leader.election.enable is on => unclean.leader.election.enable=false"}},
		"compacted":            {set(settingCleanup, "compact,delete"), []string{"fail cleanup.policy is compact,delete => cleanup.policy=delete"}},
		"may not write":        {func(s *kafka.TopicState) { s.May.Write = false }, []string{"fail this user may not write it => --operation Read --operation Write --topic p-driver.pings"}},
		"permissions not said": {change: func(s *kafka.TopicState) { s.May = kafka.May{} }},
	} {
		t.Run(name, func(t *testing.T) {
			state := sound(spec)
			c.change(&state)
			verdict{judgeTopic(cfg, spec, state), c.want}.holds(t)
		})
	}
}

func TestDoctorJudgesBrokers(t *testing.T) {
	cfg := defaults(t)
	dial := func(step kafka.Step, err error) []doctor.Finding {
		return judgeDial(cfg, "h:1", "", nil, &kafka.DialError{Step: step, Err: err})
	}
	three := kafka.Cluster{Brokers: []int32{1, 2, 3}, Addrs: map[int32]string{1: "a", 2: "b", 3: "c"}, Controller: 2}
	wide := *cfg
	wide.Topic.Replicas = 3
	one := kafka.Cluster{Brokers: []int32{1}, Addrs: map[int32]string{1: "a"}, Controller: 1}
	lost := kafka.Cluster{Brokers: []int32{1}, Addrs: map[int32]string{1: "a"}, Controller: -1}
	for name, v := range map[string]verdict{
		"answers":            {judgeDial(cfg, "h:1", "", nil, nil), nil},
		"too old":            {judgeDial(cfg, "h:1", "", []string{"OffsetCommit"}, nil), []string{"fail the broker is too old for OffsetCommit"}},
		"refused":            {dial(kafka.Dialling, errors.New("connection refused")), []string{"fail dialling: connection refused => SLUICE_KAFKA_BROKERS="}},
		"unknown host":       {dial(kafka.Resolving, errors.New("no such host")), []string{"fail resolving: no such host => SLUICE_KAFKA_BROKERS="}},
		"unknown authority":  {dial(kafka.Securing, x509.UnknownAuthorityError{}), []string{"fail TLS => SLUICE_KAFKA_TLS_CA_FILE="}},
		"another name":       {dial(kafka.Securing, x509.HostnameError{Host: "h", Certificate: &x509.Certificate{DNSNames: []string{"kafka.lan"}}}), []string{"fail TLS => SLUICE_KAFKA_TLS_SERVER_NAME=kafka.lan"}},
		"wrong password":     {dial(kafka.Authenticating, errors.New("denied")), []string{"fail SASL: denied => SLUICE_KAFKA_SASL_PASSWORD_FILE"}},
		"hung up":            {dial(kafka.Asking, errors.New("EOF")), []string{"fail asking: EOF => SLUICE_KAFKA_TLS_ENABLED=true"}},
		"embedded, away":     {judgeDial(cfg, "h:1", "/data", nil, errors.New("refused")), []string{"fail refused => sluice up --data /data"}},
		"one of one":         {judgeCluster(cfg, one), nil},
		"one of three":       {judgeCluster(&wide, one), []string{"fail 1 brokers are up, fewer than topic.replicas (3) => SLUICE_TOPIC_REPLICAS=1"}},
		"three for one copy": {judgeCluster(cfg, three), []string{"warn topic.replicas is 1 => SLUICE_TOPIC_REPLICAS=3"}},
		"no controller":      {judgeCluster(cfg, lost), []string{"fail no controller"}},
		"topics by mistake":  {judgeBroker("broker 1", map[string]string{"auto.create.topics.enable": "true"}), []string{"warn auto.create.topics.enable is on"}},
		"topics by hand":     {judgeBroker("broker 1", map[string]string{}), nil},
		"disk full":          {judgeBrokerDisk(kafka.Disk{Total: 100 << 30, Spare: 4 << 30}), []string{"fail only 4 GiB of 100 GiB are free"}},
		"disk nearly full":   {judgeBrokerDisk(kafka.Disk{Total: 100 << 30, Spare: 14 << 30}), []string{"warn only 14 GiB of 100 GiB are free"}},
		"disk dead":          {judgeBrokerDisk(kafka.Disk{Err: errors.New("KafkaStorageException")}), []string{"fail the log directory has failed: KafkaStorageException"}},
		"disk not said":      {judgeBrokerDisk(kafka.Disk{Total: -1, Spare: -1}), []string{"skip the broker does not say"}},
		"disk":               {judgeBrokerDisk(kafka.Disk{Total: 100 << 30, Spare: 50 << 30}), nil},
		"clock":              {judgeClock("k", -time.Hour, 2*time.Second, "fine"), nil},
		"clock ahead":        {judgeClock("k", 1500*time.Millisecond, 2*time.Second, "fine"), []string{"warn is 1.5s ahead of this machine"}},
		"clock far ahead":    {judgeClock("k", 3*time.Second, 2*time.Second, "fine"), []string{"fail is 3s ahead of this machine, more than gps.clockAhead (2s)"}},
	} {
		t.Run(name, v.holds)
	}
}

func TestDoctorJudgesPipelines(t *testing.T) {
	cfg := defaults(t)
	s, now := specs()[0], time.Now()
	ours := kafka.GroupMember{ClientID: "sluice", Host: "/h", Partitions: 2}
	group := func(lag int64, members ...kafka.GroupMember) []doctor.Finding {
		return judgeGroup(cfg, s.name, kafka.GroupState{State: "Stable", Members: members}, []kafka.PartitionLag{{Lag: lag}, {}})
	}
	offsets := func(lag kafka.PartitionLag) []doctor.Finding {
		return judgeOffsets(cfg, s, []kafka.PartitionLag{{Partition: 7, Committed: lag.Committed, Start: lag.Start, End: lag.End}})
	}
	keep := func(keep, age time.Duration) []doctor.Finding {
		return judgeRetention(cfg, s, keep, now.Add(-age), now)
	}
	for name, v := range map[string]verdict{
		"read":               {group(5, ours), nil},
		"not needed":         {group(0), nil},
		"nobody reads":       {group(5), []string{"fail 5 records wait, and no process reads them => sluice run pipelines --pipelines gps-live"}},
		"a stranger":         {group(0, ours, kafka.GroupMember{ClientID: "kcat", Host: "/x", Partitions: 1}), []string{"warn members with another client id than kafka.clientId (sluice) read here too: kcat/x"}},
		"idle":               {group(0, ours, ours, kafka.GroupMember{ClientID: "sluice"}), []string{"warn 1 of 3 members have no partition => at most 2 processes"}},
		"may not read":       {judgeGroup(cfg, s.name, kafka.GroupState{May: kafka.May{Known: true}}, nil), []string{"fail this user may not read in the group => --operation Read --group sluice-gps-live"}},
		"offsets":            {offsets(kafka.PartitionLag{Committed: 5, Start: 1, End: 9}), nil},
		"never committed":    {offsets(kafka.PartitionLag{Committed: -1, Start: 4, End: 9}), nil},
		"lost":               {offsets(kafka.PartitionLag{Committed: 5, Start: 8, End: 9}), []string{"fail 3 records were thrown away by retention => retention.ms="}},
		"beyond":             {offsets(kafka.PartitionLag{Committed: 10, Start: 0, End: 9}), []string{"fail the commits of partitions [7] are behind the end => --reset-offsets --to-earliest"}},
		"kept for ever":      {keep(-1, time.Hour), nil},
		"kept":               {keep(10*time.Hour, time.Hour), nil},
		"half gone":          {keep(10*time.Hour, 6*time.Hour), []string{"warn the oldest unread record is kept for another 4h0m0s of 10h0m0s => retention.ms=72000000"}},
		"nearly gone":        {keep(10*time.Hour, 9*time.Hour+30*time.Minute), []string{"fail the oldest unread record is thrown away in 30m0s => sluice run pipelines --pipelines gps-live"}},
		"going":              {keep(10*time.Hour, 11*time.Hour), []string{"fail the oldest unread record is thrown away in 0s"}},
		"nothing waits":      {judgeRetention(cfg, s, time.Hour, time.Time{}, now), nil},
		"no letters":         {judgeDead("d", s.name, 0, true), nil},
		"letters":            {judgeDead("d", s.name, 3, true), []string{"warn 3 dead letters open => sluice dead ls --pipeline gps-live"}},
		"too many to count":  {judgeDead("d", s.name, 9e6, false), []string{"warn 9000000 dead letters or marks, too many"}},
		"a huge retention":   {judgeRetention(cfg, s, keeps(1<<62), now, now), nil},
		"an ordinary one":    {judgeRetention(cfg, s, keeps(3_600_000), now.Add(-59*time.Minute), now), []string{"fail"}},
		"records in seconds": {keep(8*time.Second, 7500*time.Millisecond), []string{"fail the oldest unread record is thrown away in 500ms"}},
	} {
		t.Run(name, v.holds)
	}
}

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
		"the live index must go": {
			judgeIndices(cfg, []elastic.Index{{Name: "p-positions", Replicas: "1", Differs: []string{"location"}}}),
			[]string{"fail p-positions is not mapped => curl -X DELETE 'http://127.0.0.1:9200/p-positions' && sluice setup"},
		},
	} {
		t.Run(name, v.holds)
	}
}

func TestDoctorJudgesThisMachine(t *testing.T) {
	cfg, dir := defaults(t), t.TempDir()
	open := *cfg
	open.HTTP.Listen = ":8080"
	keys := func(mode os.FileMode, content string) []doctor.Finding {
		path := filepath.Join(dir, "keys"+mode.String())
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		with := *cfg
		with.Keys.File = path
		return judgeKeys(&with)
	}
	line := "app " + strings.Repeat("0a", 32) + "\n"
	const mib = settings.Size(1 << 20)
	for name, v := range map[string]verdict{
		"clock":           {judgeOwnClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), nil},
		"no battery":      {judgeOwnClock(time.Unix(0, 0)), []string{"fail says 1970-01-01T00:00:00Z => timedatectl set-ntp true"}},
		"files":           {judgeFiles(cfg, 65536), nil},
		"few files":       {judgeFiles(cfg, 1024), []string{"fail 1024 may be open, http.maxConns (4096) needs 4608 => ulimit -n 4608 => SLUICE_HTTP_MAX_CONNS=512"}},
		"memory":          {judgeMemory(300*mib, 1024*mib), nil},
		"less memory":     {judgeMemory(300*mib, 320*mib), []string{"warn memory.limit (300MiB) leaves too little of the 320 MiB"}},
		"too little":      {judgeMemory(300*mib, 256*mib), []string{"fail memory.limit (300MiB) is more than the 256 MiB that there are => SLUICE_MEMORY_LIMIT=204MiB"}},
		"no limit":        {judgeMemory(0, 1024*mib), []string{"warn memory.limit is 0 => SLUICE_MEMORY_LIMIT=819MiB"}},
		"memory not said": {judgeMemory(300*mib, 0), []string{"skip this system does not say"}},
		"no keys":         {judgeKeys(cfg), nil},
		"no keys, open":   {judgeKeys(&open), []string{"warn there are no API keys, and :8080 is open to the network"}},
		"keys":            {keys(0o640, line), nil},
		"keys for all":    {keys(0o644, line), []string{"warn everybody on this machine may read or write it => chmod 640 "}},
		"bad keys":        {keys(0o600, "app\n"), []string{"fail reading API keys"}},
		"no data":         {judgeData(filepath.Join(dir, "none")), []string{"fail does not exist => sluice up --data "}},
		"another's data":  {judgeData(dir), []string{"fail it is not a data directory"}},
	} {
		t.Run(name, v.holds)
	}
}

func TestMemoryIsTheLeastOfMachineAndGroup(t *testing.T) {
	root := t.TempDir() + "/"
	put := func(path, text string) {
		if err := os.MkdirAll(filepath.Dir(root+path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(root+path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := machineMemory(root); got != 0 {
		t.Errorf("nobody says: %s", got)
	}
	put("proc/meminfo", "MemFree: 1 kB\nMemTotal:       1048576 kB\n")
	put("sys/fs/cgroup/memory.max", "max\n")
	if got := machineMemory(root); got != 1<<30 {
		t.Errorf("the machine: %s", got)
	}
	put("sys/fs/cgroup/memory.max", "536870912\n")
	if got := machineMemory(root); got != 512<<20 {
		t.Errorf("the group: %s", got)
	}
}
