package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sluice/internal/settings"
	"sluice/schemas"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestDefaultsAreLawful(t *testing.T) {
	cfg, err := loadConfig("", nil)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.GPS.MaxAge != time.Minute || cfg.GPS.Coalesce != time.Second {
		t.Errorf("gps %+v", cfg.GPS)
	}
}

// The names that other programs rely on.
func TestContractNamesAreKnown(t *testing.T) {
	environ := []string{
		"SLUICE_KAFKA_BROKERS=h:1,h:2", "SLUICE_ELASTIC_URLS=http://e:1,http://e:2", "SLUICE_HTTP_LISTEN=:1", "SLUICE_OPS_LISTEN=:2",
		"SLUICE_INDEX_PREFIX=ip-", "SLUICE_TOPIC_PREFIX=tp-", "SLUICE_GPS_MAX_AGE=30s", "SLUICE_GPS_COALESCE=0s", "SLUICE_GPS_OUTLIER_SPEED=0",
		"SLUICE_REDIS_ADDRS=r:1,r:2", "SLUICE_DATA_DIR=d", "SLUICE_TIMEZONE=Europe/Berlin", "SLUICE_KEY_PREFIX=k:",
		"SLUICE_RULES=" + written(t, "r.yaml", "version: v7\ntimeZone: UTC\nlevels: [{name: base}]\n"),
		// tests and the stack: no setting, no complaint
		"SLUICE_TEST_KAFKA=h:1", "SLUICE_STACK_PORTS=1", "PATH=/bin",
	}
	cfg, err := loadConfig("", environ)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(cfg.Kafka.Brokers, []string{"h:1", "h:2"}) || !slices.Equal(cfg.Elastic.URLs, []string{"http://e:1", "http://e:2"}) ||
		cfg.HTTP.Listen != ":1" || cfg.Ops.Listen != ":2" || cfg.Index.Prefix != "ip-" || cfg.Topic.Prefix != "tp-" ||
		cfg.GPS.MaxAge != 30*time.Second || cfg.GPS.Coalesce != 0 || cfg.GPS.OutlierSpeed != 0 {
		t.Errorf("got %+v", cfg)
	}
	by, err := cfg.rules()
	if err != nil || by.Version != "v7" || by.TimeZone != "Europe/Berlin" || !slices.Equal(cfg.Redis.Addrs, []string{"r:1", "r:2"}) ||
		cfg.Key.Prefix != "k:" || cfg.Data.Dir != "d" {
		t.Errorf("rules %+v, %v, redis %+v, key %+v", by, err, cfg.Redis, cfg.Key)
	}
}

func TestEveryKeyIsDocumentedAndItsVariableSetsIt(t *testing.T) {
	keys := settings.Keys(&config{}, envPrefix)
	if len(keys) < 60 {
		t.Fatalf("only %d keys", len(keys))
	}
	seen := map[string]bool{}
	for _, key := range keys {
		if key.Doc == "" || strings.Contains(key.Doc, "|") {
			t.Errorf("%s: documentation %q", key.Path, key.Doc)
		}
		if seen[key.Env] {
			t.Errorf("%s: two keys have this variable", key.Env)
		}
		seen[key.Env] = true
		if key.Kind == "number" && key.Unit == "" && key.Default == "" {
			t.Errorf("%s: a number without unit or default", key.Path)
		}
		file := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		value := "seven"
		switch {
		case key.Kind == "path":
			value = file
		case key.Kind == "true or false":
			value = strconv.FormatBool(key.Default != "true")
		case key.Limits != "":
			value = withinLimits(key)
		case key.Kind == "duration", key.Kind == "size", key.Kind == "number":
			t.Errorf("%s: has no bounds", key.Path)
		}
		var before, after config
		load := func(cfg *config, environ ...string) {
			if err := settings.Load(cfg, settings.Source{Environ: environ, Prefix: envPrefix}); err != nil {
				t.Errorf("%s: %v", key.Env, err)
			}
		}
		load(&before)
		load(&after, key.Env+"="+value)
		if shown(t, &before) == shown(t, &after) {
			t.Errorf("%s=%s changes nothing", key.Env, value)
		}
	}
}

// withinLimits is a lawful value that is not the default.
func withinLimits(key settings.Key) string {
	low, high, bounded := strings.Cut(strings.TrimPrefix(key.Limits, "0, or "), " to ")
	if !bounded { // words
		words := strings.Split(key.Limits, ", ")
		return words[len(words)-1]
	}
	if high == key.Default {
		return low
	}
	return high
}

func shown(t *testing.T, cfg *config) string {
	t.Helper()
	var out bytes.Buffer
	if err := settings.Print(&out, settings.Keys(cfg, envPrefix)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestContradictionsAreRefused(t *testing.T) {
	cases := map[string]struct{ environ, want string }{
		"batch above the request limit":   {"PIPELINE_BATCH_BYTES=16MiB", "pipeline.batchBytes (16MiB) is more than elastic.maxBody"},
		"record above the batch":          {"GATEWAY_MAX_RECORD=2MiB", "gateway.maxRecord (2MiB) is more than pipeline.batchBytes"},
		"record above the topic's limit":  {"TOPIC_MAX_MESSAGE=64KiB", "more than topic.maxMessage"},
		"drain above the rebalance":       {"KAFKA_REBALANCE_TIMEOUT=5s", "must be below kafka.rebalanceTimeout"},
		"drain above the stop":            {"PIPELINE_DRAIN_TIMEOUT=10s", "10s is out of range: write 100ms to 9s"},
		"http drain above the stop":       {"HTTP_DRAIN_TIMEOUT=11s", "11s is out of range: write 100ms to 10s"},
		"in-sync replicas above replicas": {"TOPIC_MIN_ISR=2", "topic.minIsr (2) must be within 1 and topic.replicas (1)"},
		"publish too patient":             {"GATEWAY_PUBLISH_TIMEOUT=6s", "6s is out of range: write 10ms to 4s"},
		"window above the age":            {"GPS_COALESCE=60s", "gps.coalesce (1m0s) must be below gps.maxAge"},
		"a peer without a scheme":         {"QUERY_PEERS=http://w:9100,w:9100", "query.peers: address 2: want http://host:port"},
		"heartbeat above the query's age": {"GPS_MOVE_DISTANCE=10 QUERY_MAX_AGE=20s", "gps.moveHeartbeat (30s) must be below query.maxAge"},
		"no acks but all":                 {"KAFKA_ACKS=1", "SLUICE_KAFKA_ACKS: no such variable"},
		"no latest":                       {"KAFKA_OFFSET=latest", "SLUICE_KAFKA_OFFSET: no such variable"},
		"a broker without a port":         {"KAFKA_BROKERS=localhost", `kafka.brokers: "localhost" is no host:port`},
		"an url that is none":             {"ELASTIC_URLS=localhost:9200", `elastic.urls: address 1: "localhost:9200" begins with neither`},
		"sasl without a user":             {"KAFKA_SASL_MECHANISM=PLAIN", "kafka.sasl.user is required"},
		"a bad prefix":                    {"INDEX_PREFIX=Big", "index.prefix"},
		"quota burst alone":               {"KEYS_BURST_RECORDS=5", "keys.burstRecords means nothing without recordsPerSecond"},
		"no shards":                       {"INDEX_SHARDS=0", "SLUICE_INDEX_SHARDS: 0 is out of range: write 1 to 1024"},
		"no collector":                    {"MEMORY_GC_PERCENT=0", "SLUICE_MEMORY_GC_PERCENT: 0 is out of range"},
		"too little memory":               {"MEMORY_LIMIT=1MiB", "SLUICE_MEMORY_LIMIT: 1MiB is out of range"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var environ []string
			for variable := range strings.FieldsSeq(c.environ) {
				environ = append(environ, "SLUICE_"+variable)
			}
			_, err := loadConfig("", environ)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want it to say %q", err, c.want)
			}
		})
	}
	_, err := loadConfig("", []string{"SLUICE_PIPELINE_BATCH_BYTES=16MiB", "SLUICE_TOPIC_MIN_ISR=2", "SLUICE_INDEX_PREFIX=Big"})
	for _, want := range []string{"batchBytes", "minIsr", "index.prefix"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
}

func TestConfigReference(t *testing.T) {
	var out bytes.Buffer
	p := &process{stdout: &out, stderr: &out}
	if code := p.execute(t.Context(), []string{"config", "docs"}); code != exitDone {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	golden := filepath.Join("..", "..", "ops", "configuration.md")
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("the reference has changed: look at `sluice config docs`, then run with -update")
	}
}

// What an app writes to the topic itself carries the broker's time: its own may be wrong, and
// then nothing would tell a clock ahead.
func TestPingsCarryTheBrokersTime(t *testing.T) {
	specs := topicSpecs(&config{})
	if specs[0].Name != schemas.TopicPings || specs[0].Settings["message.timestamp.type"] != "LogAppendTime" {
		t.Fatalf("the first topic is %+v", specs[0])
	}
	for _, dead := range specs[1:] {
		if _, set := dead.Settings["message.timestamp.type"]; set {
			t.Errorf("%s would lose its records' own time", dead.Name)
		}
	}
}
