package main

import (
	"crypto/x509"
	"errors"
	"maps"
	"testing"
	"time"

	"sluice/internal/doctor"
	"sluice/internal/kafka"
)

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
	wide.Topic.Replicas, wide.Topic.MinISR = 3, 2
	thin := wide
	thin.Topic.MinISR = 1
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
		"three for one ack":  {judgeCluster(&thin, three), []string{"warn topic.minIsr is 1 => SLUICE_TOPIC_MIN_ISR=2"}},
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
		"a hostile stranger": {group(0, ours, kafka.GroupMember{ClientID: "a; touch x #\x1b[2J", Host: "/x", Partitions: 1}), []string{`warn members with another client id than kafka.clientId (sluice) read here too: a; touch x #\x1b[2J/x => kafka-consumer-groups.sh --bootstrap-server 127.0.0.1:9092 --describe --members --group sluice-gps-live # what`}},
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
