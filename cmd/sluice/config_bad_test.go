package main

import (
	"context"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// bad is a configuration that must be refused: a file, an environment, or both.
type bad struct {
	file, environ string // environ without SLUICE_, separated by spaces
	path          string // of the file, instead of what file says
	want          string // in the one line; several lines separated by " & "
}

const plantedSecret = "hunter2"

func badFiles(t *testing.T) map[string]bad {
	dir := t.TempDir()
	return map[string]bad{
		"unknown key":                 {file: "kafka:\n  borkers: [a:1]", want: "kafka.borkers: no such key in FILE, did you mean kafka.brokers?"},
		"unknown section":             {file: "kafak:\n  brokers: [a:1]", want: "kafak.brokers: no such key in FILE, did you mean kafka.brokers?"},
		"section of a later day":      {file: "traces:\n  maxSpans: 1", want: "traces.maxSpans: no such key in FILE"},
		"rules that are not there":    {file: "rules: /does/not/exist.yaml", want: "rules: open /does/not/exist.yaml: no such file or directory"},
		"rules and a zone, wrong":     {path: writeText(t, dir, "rules.yaml", "rules: "+writeText(t, dir, "levels.yaml", badRules)), want: "levels.yaml: line 4: field fee not found & levels.yaml: levels[0].orders: 1 is not 0"},
		"section for a value":         {file: "gps:\n  maxAge:\n    live: 1s", want: "gps.maxAge.live: no such key & gps.maxAge: is a list or section"},
		"value for a section":         {file: "gps: 60s", want: "gps: no such key in FILE"},
		"list for a value":            {file: "gps:\n  maxAge: [1s, 2s]", want: "gps.maxAge: is a list or section, not one value"},
		"a key twice":                 {file: "gps:\n  maxAge: 1s\n  maxAge: 2s", want: `mapping key "maxAge" already defined`},
		"a section twice":             {file: "gps:\n  maxAge: 5s\nkafka:\n  clientId: a\ngps:\n  keepDays: 2", want: `mapping key "gps" already defined`},
		"a list":                      {file: "- kafka\n- gps", want: "reading FILE: wants sections with keys"},
		"a word":                      {file: plantedSecret, want: "reading FILE: wants sections with keys"},
		"a tab":                       {file: "gps:\n\tmaxAge: 1s", want: "reading FILE: line 2: found character that cannot start any token: a tab, perhaps; indent with spaces"},
		"two documents":               {file: "gps:\n  maxAge: 5s\n---\ngps:\n  maxAge: 6s", want: "more than one YAML document"},
		"no file":                     {path: filepath.Join(dir, "none.yaml"), want: "none.yaml: no such file or directory"},
		"no file and a wrong value":   {path: filepath.Join(dir, "none.yaml"), environ: "PIPELINE_BATCH_BYTES=16MiB KAFKA_BROKERS=a KAFKA_SASL_USER=me", want: `none.yaml: no such file or directory & kafka.brokers: "a" is no host:port`},
		"a value for a section alone": {file: "elastic: none", environ: "PIPELINE_BATCH_BYTES=16MiB TOPIC_MIN_ISR=2", want: "elastic: no such key in FILE & topic.minIsr (2)"},
		"a directory":                 {path: dir, want: "is a directory"},
		"secret in the file":          {file: "kafka:\n  sasl:\n    password: " + plantedSecret, want: "kafka.sasl.password: a secret comes from SLUICE_KAFKA_SASL_PASSWORD or from the file that kafka.sasl.passwordFile names, not from FILE"},
		"duration without a unit":     {file: "gps:\n  maxAge: 60", want: "gps.maxAge: 60 has no unit: write 60s, 60ms or 60h"},
		"empty duration":              {file: "gps:\n  maxAge:", want: `gps.maxAge: "" is no duration: write 500ms, 60s, 2h`},
		"infinite number":             {file: "gps:\n  outlierSpeed: .inf", want: `gps.outlierSpeed: "+Inf" is no number`},
		"no number":                   {file: "gps:\n  outlierSpeed: .nan", want: `gps.outlierSpeed: "NaN" is no number`},
		"half a driver":               {file: "gps:\n  maxDrivers: 1.5", want: `gps.maxDrivers: "1.5" is no whole number`},
		"level":                       {file: "log:\n  level: loud", want: `log.level: "loud" is none of debug, info, warn, error`},
		"file and environment":        {file: "log:\n  level: loud", environ: "LOG_FORMAT=xml", want: `log.level: "loud" & SLUICE_LOG_FORMAT: "xml" is none of auto, json, console`},
		"authority that is not PEM":   {path: writeText(t, dir, "tls.yaml", "kafka:\n  tls: {enabled: true, caFile: "+writeText(t, dir, "ca.pem", plantedSecret)+"}"), want: "kafka.tls.caFile: no certificate in "},
		"authority of Redis":          {file: "redis: {tls: true, caFile: /does/not/exist}", want: "redis.caFile: open /does/not/exist: no such file or directory"},
		"authority that is not there": {file: "elastic:\n  caFile: /does/not/exist", want: "elastic.caFile: open /does/not/exist: no such file or directory"},
	}
}

func badEnvironments(t *testing.T) map[string]bad {
	dir := t.TempDir()
	empty := writeText(t, dir, "empty", "\n")
	server := httptest.NewTLSServer(nil)
	server.Close()
	authority := writeText(t, dir, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	return map[string]bad{
		"unknown variable":         {environ: "GPS_MAXAGE=1s", want: "SLUICE_GPS_MAXAGE: no such variable, did you mean SLUICE_GPS_MAX_AGE?"},
		"misspelt secret":          {environ: "KAFKA_SASL_PASWORD=" + plantedSecret, want: "SLUICE_KAFKA_SASL_PASWORD: no such variable, did you mean SLUICE_KAFKA_SASL_PASSWORD?"},
		"wrong unit":               {environ: "GPS_MAX_AGE=60sec", want: `SLUICE_GPS_MAX_AGE: "60sec" is no duration`},
		"unit of a size":           {environ: "ELASTIC_MAX_BODY=8MB", want: `SLUICE_ELASTIC_MAX_BODY: "8MB" is no size: write 512KiB, 8MiB`},
		"negative duration":        {environ: "PIPELINE_BATCH_AGE=-1s", want: "SLUICE_PIPELINE_BATCH_AGE: -1s is out of range: write 1ms to 1m"},
		"negative size":            {environ: "GATEWAY_MEMORY=-1MiB", want: "SLUICE_GATEWAY_MEMORY: -1MiB is out of range: write 1MiB to 64GiB"},
		"huge number":              {environ: "TOPIC_PARTITIONS=99999999999999999999", want: "SLUICE_TOPIC_PARTITIONS: \"99999999999999999999\" is no whole number"},
		"neither true nor false":   {environ: "ELASTIC_GZIP=perhaps", want: `SLUICE_ELASTIC_GZIP: "perhaps" is neither true nor false`},
		"no brokers":               {environ: "KAFKA_BROKERS=,", want: "kafka.brokers: at least one host:port is required"},
		"a broker without a port":  {environ: "KAFKA_BROKERS=localhost", want: `kafka.brokers: "localhost" is no host:port`},
		"a broker without a host":  {environ: "KAFKA_BROKERS=:19392", want: `kafka.brokers: ":19392" names no host: clients are to dial it, so write one, such as 127.0.0.1:19392`},
		"unreadable and wrong":     {environ: "GPS_MAX_AGE=60sec KAFKA_BROKERS=a HTTP_LISTEN=b ELASTIC_URLS=c", want: `SLUICE_GPS_MAX_AGE: "60sec" is no duration & kafka.brokers: "a" is no host:port & elastic.urls: address 1: "c" begins & http.listen: "b" is no host:port`},
		"unreadable and at odds":   {environ: "GPS_MAX_AGE=60sec GPS_COALESCE=2m QUERY_MAX_AGE=20s GPS_MOVE_DISTANCE=5 TOPIC_MIN_ISR=2 INDEX_PREFIX=Big", want: `SLUICE_GPS_MAX_AGE: "60sec" is no duration & index.prefix "Big": only a-z & topic.minIsr (2) & gps.moveHeartbeat (30s) must be below query.maxAge (20s)`},
		"out of range, by another": {environ: "TOPIC_MIN_ISR=99 TOPIC_REPLICAS=0 GATEWAY_MAX_BODY=1 GATEWAY_MAX_RECORD=16MiB", want: `SLUICE_TOPIC_REPLICAS: 0 is out of range & SLUICE_TOPIC_MIN_ISR: 99 is out of range & SLUICE_GATEWAY_MAX_BODY: 1 is out of range & gateway.maxRecord (16MiB) is more than pipeline.batchBytes (1MiB) & gateway.maxRecord (16MiB) with its key`},
		"a secret not read":        {environ: "KAFKA_SASL_MECHANISM=PLAIN KAFKA_SASL_PASSWORD_FILE=/does/not/exist TOPIC_MIN_ISR=2", want: "kafka.sasl.passwordFile: open /does/not/exist & kafka.sasl.user is required & topic.minIsr (2)"},
		"a secret misspelt":        {environ: "KAFKA_SASL_MECHANISM=PLAIN KAFKA_SASL_USER=me KAFKA_SASL_PASWORD=" + plantedSecret, want: "did you mean SLUICE_KAFKA_SASL_PASSWORD?"},
		"unreadable beside others": {environ: "KAFKA_SASL_MECHANISM=x KAFKA_SASL_USER=me", want: `SLUICE_KAFKA_SASL_MECHANISM: "x" is none of`},
		"a broker's port":          {environ: "KAFKA_BROKERS=a:1,b:70000", want: `kafka.brokers: "b:70000": the port is not within 1 to 65535`},
		"credentials in a broker":  {environ: "KAFKA_BROKERS=me:" + plantedSecret + "@a:1", want: "kafka.brokers: an address holds an '@'"},
		"no URLs":                  {environ: "ELASTIC_URLS=,", want: "elastic.urls: at least one address is needed"},
		"an URL without a scheme":  {environ: "ELASTIC_URLS=localhost:9200", want: `elastic.urls: address 1: "localhost:9200" begins with neither http:// nor https://`},
		"credentials in an URL":    {environ: "ELASTIC_URLS=http://me:" + plantedSecret + "@h:9200", want: "elastic.urls: address 1: holds an '@': credentials belong in their own settings"},
		"API key and user":         {environ: "ELASTIC_API_KEY=" + plantedSecret + " ELASTIC_USERNAME=me", want: "elastic.apiKey and elastic.username are both set: choose one"},
		"a password for nobody":    {environ: "ELASTIC_PASSWORD=" + plantedSecret, want: "elastic.password is set without elastic.username"},
		"half a certificate":       {environ: "KAFKA_TLS_ENABLED=true KAFKA_TLS_CERT_FILE=" + empty, want: "kafka.tls.certFile and kafka.tls.keyFile belong together"},
		"TLS settings without TLS": {environ: "KAFKA_TLS_SERVER_NAME=kafka", want: "kafka.tls.enabled is false, but other TLS settings are given"},
		"SASL without a user":      {environ: "KAFKA_SASL_MECHANISM=PLAIN KAFKA_SASL_PASSWORD=" + plantedSecret, want: "kafka.sasl.user is required with a mechanism"},
		"SASL without a password":  {environ: "KAFKA_SASL_MECHANISM=PLAIN KAFKA_SASL_USER=me", want: "kafka.sasl.password is required with a mechanism"},
		"SASL without a mechanism": {environ: "KAFKA_SASL_USER=me KAFKA_SASL_PASSWORD=" + plantedSecret, want: "kafka.sasl.mechanism is missing: a user or password is given"},
		"unknown mechanism":        {environ: "KAFKA_SASL_MECHANISM=GSSAPI", want: `SLUICE_KAFKA_SASL_MECHANISM: "GSSAPI" is none of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512`},
		"a secret twice":           {environ: "KAFKA_SASL_PASSWORD=" + plantedSecret + " KAFKA_SASL_PASSWORD_FILE=" + empty, want: "SLUICE_KAFKA_SASL_PASSWORD and kafka.sasl.passwordFile are both set: choose one"},
		"an empty secret":          {environ: "KAFKA_SASL_PASSWORD_FILE=" + empty, want: "kafka.sasl.passwordFile: " + empty + " is empty"},
		"a secret's file missing":  {environ: "ELASTIC_API_KEY_FILE=/does/not/exist", want: "elastic.apiKeyFile: open /does/not/exist"},
		"compression":              {environ: "KAFKA_COMPRESSION=brotli", want: `SLUICE_KAFKA_COMPRESSION: "brotli" is none of lz4, zstd, snappy, gzip, none`},
		"acks":                     {environ: "KAFKA_ACKS=1", want: "SLUICE_KAFKA_ACKS: no such variable"},
		"letters of a topic":       {environ: "TOPIC_PREFIX=fleet/", want: `topic.prefix: "fleet/" has a character that no topic may have`},
		"length of a topic":        {environ: "TOPIC_PREFIX=" + strings.Repeat("a", 240), want: "topic.prefix: its 240 bytes are more than 229"},
		"letters of an index":      {environ: "INDEX_PREFIX=Fleet-", want: `index.prefix "Fleet-": only a-z`},
		"length of an index":       {environ: "INDEX_PREFIX=" + strings.Repeat("a", 65), want: "index.prefix: its 65 bytes are more than 64"},
		"no partitions":            {environ: "TOPIC_PARTITIONS=0", want: "SLUICE_TOPIC_PARTITIONS: 0 is out of range: write 1 to 10000"},
		"in-sync above replicas":   {environ: "TOPIC_REPLICAS=2 TOPIC_MIN_ISR=3", want: "topic.minIsr (3) must be within 1 and topic.replicas (2)"},
		"batch above the body":     {environ: "PIPELINE_BATCH_BYTES=16MiB", want: "pipeline.batchBytes (16MiB) is more than elastic.maxBody (8MiB)"},
		"buffer below a batch":     {environ: "PIPELINE_BUFFER=64KiB", want: "pipeline.buffer (65536) must hold at least one batch of batchBytes (1048576)"},
		"retry":                    {environ: "PIPELINE_RETRY_BASE=10s", want: "pipeline.retryMax (5s) is below retryBase (10s)"},
		"drain above rebalance":    {environ: "KAFKA_REBALANCE_TIMEOUT=8s", want: "pipeline.drainTimeout (8s) must be below kafka.rebalanceTimeout (8s)"},
		"drain above the stop":     {environ: "PIPELINE_DRAIN_TIMEOUT=10s", want: "SLUICE_PIPELINE_DRAIN_TIMEOUT: 10s is out of range: write 100ms to 9s"},
		"record above the body":    {environ: "GATEWAY_MAX_BODY=32KiB", want: "gateway.maxRecord is more than maxBody"},
		"memory below a body":      {environ: "GATEWAY_MEMORY=8MiB", want: "gateway.memory is less than one request of maxBody may need"},
		"quota without a rate":     {environ: "KEYS_BURST_BYTES=1MiB", want: "keys.burstBytes means nothing without bytesPerSecond"},
		"listen without a port":    {environ: "HTTP_LISTEN=localhost", want: `http.listen: "localhost" is no host:port`},
		"port out of range":        {environ: "OPS_LISTEN=:65536", want: `ops.listen: ":65536": the port is not within 0 to 65535`},
		"one port for two":         {environ: "OPS_LISTEN=127.0.0.1:8080", want: "http.listen and ops.listen have the same port, 8080"},
		"window above the age":     {environ: "GPS_COALESCE=60s", want: "gps.coalesce (1m0s) must be below gps.maxAge (1m0s)"},
		"clock above the age":      {environ: "GPS_CLOCK_AHEAD=2m", want: "gps.clockAhead (2m0s) must be below gps.maxAge (1m0s)"},
		"no retry of a stall":      {environ: "PIPELINE_STALL_AFTER=1s", want: "pipeline.stallAfter (1s) must be above pipeline.commitInterval (1s)"},
		"too little memory":        {environ: "MEMORY_LIMIT=32MiB", want: "SLUICE_MEMORY_LIMIT: 32MiB is out of range: write 0, or 64MiB to 1024GiB"},
		"memory below a buffer":    {environ: "MEMORY_LIMIT=100MiB PIPELINE_BUFFER=128MiB", want: "pipeline.buffer (128MiB) is more than memory.limit (100MiB)"},
		"a webhook without a name": {environ: "WEBHOOK_SERVICES=https://crm/levels WEBHOOK_SECRETS_DIR=/s", want: "webhook.services: service 1 wants name=URL with a name"},
		"a password for a name":    {environ: "WEBHOOK_SERVICES=http://me:" + plantedSecret + "@crm WEBHOOK_SECRETS_DIR=/s", want: "webhook.services: service 1 wants name=URL with a name"},
		"a webhook twice":          {environ: "WEBHOOK_SERVICES=crm=http://a,crm=http://b WEBHOOK_SECRETS_DIR=/s", want: "webhook.services: crm is named twice"},
		"a webhook's URL":          {environ: "WEBHOOK_SERVICES=crm=crm:80 WEBHOOK_SECRETS_DIR=/s", want: "webhook.services: crm: the URL must begin with http:// or https:// and name a host"},
		"a webhook's password":     {environ: "WEBHOOK_SERVICES=crm=http://me:" + plantedSecret + "@crm WEBHOOK_SECRETS_DIR=/s", want: "webhook.services: crm: the URL names a user"},
		"a webhook unsigned":       {environ: "WEBHOOK_SERVICES=crm=http://crm", want: "webhook.services needs webhook.secretsDir"},
		"a webhook too slow":       {environ: "WEBHOOK_SERVICES=crm=http://crm WEBHOOK_SECRETS_DIR=/s WEBHOOK_TIMEOUT=9s", want: "webhook.timeout (9s) is more than pipeline.drainTimeout (8s)"},
		"no time zone":             {environ: "TIMEZONE=Mars/Olympus", want: `timezone: "Mars/Olympus" is no time zone of the IANA database`},
		"the machine's time zone":  {environ: "TIMEZONE=Local", want: `timezone: "Local" is no time zone`},
		"no address of Redis":      {environ: "REDIS_ADDRS=,", want: "redis.addrs: at least one address is needed"},
		"Redis without a port":     {environ: "REDIS_ADDRS=r:1,r", want: "redis.addrs: address 2 is not host:port"},
		"credentials in Redis":     {environ: "REDIS_ADDRS=me:" + plantedSecret + "@r:1", want: "redis.addrs: address 1 is not host:port"},
		"Sentinels and a Cluster":  {environ: "REDIS_MASTER_NAME=m REDIS_CLUSTER=true", want: "redis.cluster and redis.masterName are both set: choose one"},
		"a Cluster's database":     {environ: "REDIS_ADDRS=a:1,b:1 REDIS_DB=2", want: "redis.db must be 0: a Cluster has no other database"},
		"Redis' user alone":        {environ: "REDIS_USERNAME=me", want: "redis.username is set without redis.password"},
		"Sentinels' password":      {environ: "REDIS_SENTINEL_PASSWORD=" + plantedSecret, want: "redis.sentinelUsername or redis.sentinelPassword is set without redis.masterName"},
		"Redis' authority alone":   {environ: "REDIS_CA_FILE=" + authority, want: "redis.caFile is set without redis.tls"},
		"braces of keys":           {environ: "KEY_PREFIX={a}", want: "key.prefix: holds braces"},
		"length of keys":           {environ: "KEY_PREFIX=" + strings.Repeat("a", 65), want: "key.prefix: is longer than 64 bytes"},
		"unreadable beside Redis":  {environ: "GPS_MAX_AGE=60sec REDIS_ADDRS=r", want: `SLUICE_GPS_MAX_AGE: "60sec" is no duration & redis.addrs: address 1 is not host:port`},
		"too many buckets":         {environ: "LEVELS_BUCKETS=4097", want: "SLUICE_LEVELS_BUCKETS: 4097 is out of range: write 1 to 4096"},
		"jitter of a day":          {environ: "JOBS_JITTER=24h", want: "SLUICE_JOBS_JITTER: 24h is out of range"},
		"two mistakes":             {environ: "TOPIC_MIN_ISR=2 INDEX_PREFIX=Big", want: "index.prefix & topic.minIsr (2)"},
	}
}

func writeText(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBadConfigurationsAreRefusedAtTheStart(t *testing.T) {
	files, environments := badFiles(t), badEnvironments(t)
	if n := len(files) + len(environments); n < 50 {
		t.Errorf("only %d configurations", n)
	}
	for name, c := range files {
		t.Run("file/"+name, c.refused)
	}
	for name, c := range environments {
		t.Run("environment/"+name, c.refused)
	}
}

// refused runs everything with it: no server is there, and none is waited for.
func (c bad) refused(t *testing.T) {
	args := []string{"run", "all"}
	path := c.path
	if c.file != "" {
		path = writeText(t, t.TempDir(), "sluice.yaml", c.file)
	}
	if path != "" {
		args = append(args, "--config", path)
	}
	var environ []string
	for variable := range strings.FieldsSeq(c.environ) {
		environ = append(environ, "SLUICE_"+variable)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var said strings.Builder
	p := &process{stdout: &said, stderr: &said, environ: environ}
	if code := p.execute(ctx, args); code != exitUsage {
		t.Errorf("exit code %d, want %d", code, exitUsage)
	}
	wants, lines := strings.Split(c.want, " & "), strings.Split(strings.TrimSuffix(said.String(), "\n"), "\n")
	if len(lines) != len(wants) {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), len(wants), said.String())
	}
	for i, want := range wants {
		want = strings.ReplaceAll(want, "FILE", path)
		if !strings.HasPrefix(lines[i], "sluice: ") || !strings.Contains(lines[i], want) {
			t.Errorf("said %q, want %q in it", lines[i], want)
		}
	}
	if strings.Contains(said.String(), plantedSecret) {
		t.Errorf("the secret shows in %s", said.String())
	}
}
