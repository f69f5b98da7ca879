package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"sluice/internal/doctor"
	"sluice/internal/kafka"
	"sluice/schemas"
)

// kafkaPart are the brokers, topics and groups. data is the directory of the broker that is
// embedded, "" = a real Kafka.
func kafkaPart(cfg *config, data string) (doctor.Part, func() error, error) {
	look, err := kafka.NewInspector(cfg.kafka())
	if err != nil {
		return doctor.Part{}, nil, err
	}
	part := doctor.Part{Name: "Kafka"}
	for _, addr := range cfg.Kafka.Brokers {
		part.Reach = append(part.Reach, doctor.Check{What: "kafka", Where: addr, Run: func(ctx context.Context) []doctor.Finding {
			tooOld, err := look.Dial(ctx, addr)
			return judgeDial(cfg, addr, data, tooOld, err)
		}})
	}
	part.Checks = append(part.Checks,
		doctor.Check{What: "brokers", Where: "all", Run: func(ctx context.Context) []doctor.Finding { return checkBrokers(ctx, cfg, look) }})
	for _, spec := range topicSpecs(cfg) {
		where := cfg.Topic.Prefix + spec.Name
		part.Checks = append(part.Checks, doctor.Check{What: "topic", Where: where, Run: func(ctx context.Context) []doctor.Finding {
			state, err := look.Topic(ctx, spec.Name, askedOfTopics(spec))
			if err != nil {
				return only(askingFailed("topic", where, err))
			}
			return judgeTopic(cfg, spec, state)
		}})
	}
	for _, s := range cfg.specs() {
		part.Checks = append(part.Checks, pipelineChecks(cfg, look, s)...)
	}
	part.Checks = append(part.Checks, deadCheck(cfg, look, relayed), jobsCheck(cfg, look))
	part.Checks = append(part.Checks, doctor.Check{What: "clock", Where: "kafka", Run: func(ctx context.Context) []doctor.Finding {
		return checkBrokerClock(ctx, cfg, look)
	}})
	if data != "" {
		if held, _ := holder(data); !held {
			strangers(&part, data)
		}
	}
	return part, look.Close, nil
}

// judgeDial says how far one address is good for.
func judgeDial(cfg *config, addr, data string, tooOld []string, err error) []doctor.Finding {
	j := judged{what: "kafka", where: addr}
	switch {
	case err != nil && data != "":
		j.fail("sluice up --data "+data, "%v", err)
	case err != nil:
		j.fail(dialFix(cfg, addr, err), "%v", err)
	case len(tooOld) > 0:
		j.fail("run Apache Kafka 2.4 or newer there", "the broker is too old for %s", strings.Join(tooOld, ", "))
	}
	return j.or("answers%s", securedBy(cfg))
}

func securedBy(cfg *config) string {
	var by []string
	if cfg.Kafka.TLS.Enabled {
		by = append(by, "TLS")
	}
	if cfg.Kafka.SASL.Mechanism != "" {
		by = append(by, cfg.Kafka.SASL.Mechanism)
	}
	if len(by) == 0 {
		return ""
	}
	return ", with " + strings.Join(by, " and ")
}

// dialFix is the setting that is most often behind a failed step.
func dialFix(cfg *config, addr string, err error) string {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &plain):
		return "SLUICE_KAFKA_TLS_ENABLED=false # or name the TLS listener in SLUICE_KAFKA_BROKERS"
	case errors.As(err, &unknown):
		return "SLUICE_KAFKA_TLS_CA_FILE=/path/to/the/brokers/ca.pem"
	case errors.As(err, &name):
		return "SLUICE_KAFKA_TLS_SERVER_NAME=" + certificateName(name)
	}
	var dialled *kafka.DialError
	if !errors.As(err, &dialled) {
		return "sluice doctor # again; when it stays, look why " + addr + " is slow"
	}
	switch dialled.Step {
	case kafka.Resolving:
		return "SLUICE_KAFKA_BROKERS=host:9092 # with a host that has an address"
	case kafka.Securing:
		return "SLUICE_KAFKA_TLS_ENABLED=false # " + addr + " does not speak TLS; or it wants SLUICE_KAFKA_TLS_CERT_FILE and SLUICE_KAFKA_TLS_KEY_FILE"
	case kafka.Authenticating:
		return "SLUICE_KAFKA_SASL_MECHANISM=… SLUICE_KAFKA_SASL_USER=… SLUICE_KAFKA_SASL_PASSWORD_FILE=… # one of them is wrong"
	case kafka.Asking:
		switch {
		case !cfg.Kafka.TLS.Enabled:
			return "SLUICE_KAFKA_TLS_ENABLED=true # or SLUICE_KAFKA_SASL_MECHANISM with its user and password, if the listener wants them"
		case cfg.Kafka.SASL.Mechanism == "":
			return "SLUICE_KAFKA_SASL_MECHANISM=SCRAM-SHA-512 SLUICE_KAFKA_SASL_USER=… SLUICE_KAFKA_SASL_PASSWORD_FILE=…"
		}
		return "SLUICE_KAFKA_SASL_MECHANISM=… SLUICE_KAFKA_SASL_USER=… SLUICE_KAFKA_SASL_PASSWORD_FILE=… # one of them is wrong"
	case kafka.Dialling:
	}
	return "SLUICE_KAFKA_BROKERS=host:9092 # of a broker that runs; or start this one"
}

func certificateName(err x509.HostnameError) string {
	if err.Certificate != nil && len(err.Certificate.DNSNames) > 0 {
		return err.Certificate.DNSNames[0]
	}
	return "a name in the broker's certificate"
}

// askingFailed is the finding when a server that was reached does not answer one question.
func askingFailed(what, where string, err error) doctor.Finding {
	switch {
	case kafka.IsMissing(err): // has a finding of its own
		return doctor.Skipped(what, where, "its topic is missing")
	case kafka.IsDenied(err):
		return doctor.Failure(what, where, err.Error(), "kafka-acls.sh --bootstrap-server HOST:PORT --add --allow-principal User:NAME --operation Describe --operation Read --topic … --group …")
	}
	return doctor.Failure(what, where, err.Error(), "sluice doctor # again; when it stays, look into the brokers' logs")
}

// checkBrokers looks at the cluster, its brokers' settings and their disks.
func checkBrokers(ctx context.Context, cfg *config, look *kafka.Inspector) []doctor.Finding {
	cluster, err := look.Cluster(ctx)
	if err != nil {
		return only(askingFailed("brokers", "all", err))
	}
	found := judgeCluster(cfg, cluster)
	for _, id := range cluster.Brokers {
		settings, err := look.BrokerSettings(ctx, id, askedOfBrokers())
		where := fmt.Sprintf("broker %d", id)
		if err != nil {
			found = append(found, doctor.Skipped("setting", where, err.Error()))
			continue
		}
		found = append(found, judgeBroker(where, settings)...)
	}
	disks, err := look.Disks(ctx, cluster.Brokers)
	if err != nil {
		return append(found, doctor.Skipped("disk", "brokers", err.Error()))
	}
	for _, disk := range disks {
		found = append(found, judgeBrokerDisk(disk)...)
	}
	return found
}

func judgeCluster(cfg *config, cluster kafka.Cluster) []doctor.Finding {
	j := judged{what: "brokers", where: "all"}
	if len(cluster.Brokers) < cfg.Topic.Replicas {
		j.fail(fmt.Sprintf("SLUICE_TOPIC_REPLICAS=%d # or start the missing brokers", len(cluster.Brokers)),
			"%d brokers are up, fewer than topic.replicas (%d)", len(cluster.Brokers), cfg.Topic.Replicas)
	}
	if _, up := cluster.Addrs[cluster.Controller]; !up {
		j.fail("look into the controllers' logs: without one no topic can be made and no leader elected", "no controller (%d is not among the brokers)", cluster.Controller)
	}
	if cfg.Topic.Replicas == 1 && len(cluster.Brokers) >= 3 {
		j.warn("SLUICE_TOPIC_REPLICAS=3 SLUICE_TOPIC_MIN_ISR=2 sluice setup # before the topics are there", "topic.replicas is 1: a lost broker loses what was acknowledged")
	}
	if cfg.Topic.Replicas > 1 && cfg.Topic.MinISR == 1 {
		j.warn("SLUICE_TOPIC_MIN_ISR=2 sluice setup # before the topics are there", "topic.minIsr is 1: what only one of %d copies has is acknowledged, and lost with that broker", cfg.Topic.Replicas)
	}
	return j.or("%d up, controller %d", len(cluster.Brokers), cluster.Controller)
}

func askedOfBrokers() []string { return []string{"auto.create.topics.enable"} }

func judgeBroker(where string, settings map[string]string) []doctor.Finding {
	j := judged{what: "setting", where: where}
	if settings["auto.create.topics.enable"] == "true" {
		j.warn("auto.create.topics.enable=false # in the broker's server.properties, then restart it",
			"auto.create.topics.enable is on: a misspelt topic is made in silence, with one copy")
	}
	return j.or("topics are made by hand only")
}

// checkBrokerClock compares the newest ping's time, which the broker gave it, with ours.
func checkBrokerClock(ctx context.Context, cfg *config, look *kafka.Inspector) []doctor.Finding {
	newest, err := newestRecord(ctx, cfg, look, schemas.TopicPings)
	switch {
	case errors.Is(err, errNoRecord), kafka.IsMissing(err):
		return only(doctor.Skipped("clock", "kafka", "no record yet whose time would tell it"))
	case err != nil:
		return only(doctor.Skipped("clock", "kafka", err.Error()))
	}
	return judgeClock("kafka", newest.ahead, cfg.GPS.ClockAhead, fmt.Sprintf("the newest ping came %s ago by the broker's clock", rounded(-newest.ahead)))
}
