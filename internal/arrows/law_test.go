package arrows_test

// room says which packages of ours the packages of one place may import. A path ends in
// "/*" for every package directly below and in "/..." for all below; the first room that
// matches counts. A package without a room breaks the law: the table is the map.
type room struct {
	path    string
	imports []string // of ours, patterns as above
	free    bool     // may import anything of ours
	std     bool     // imports nothing but the standard library and ours
}

// library says who may meet a client library, or another package that has one home.
type library struct {
	prefix string
	homes  []string // may import it
	behind []string // may reach it through others: those who build or drive a home
}

// rooms is the law among our own packages.
func rooms() []room {
	return []room{
		{path: "schemas", imports: []string{"schemas/elastic"}},
		{path: "schemas/rules", imports: []string{"schemas"}},
		{path: "schemas/...", imports: []string{}},
		{path: "pipelines", std: true},
		{path: "pipelines/pipelinestest", imports: []string{"pipelines"}},
		{path: "pipelines/simulation"},
		{path: "pipelines/orders", imports: []string{"pipelines", "schemas", "schemas/rules"}, std: true},
		{path: "pipelines/*", imports: []string{"pipelines", "schemas"}, std: true},
		{path: "sinks/*", imports: []string{"pipelines", "schemas", "schemas/elastic", "schemas/rules"}},

		{path: "internal/problem"},
		{path: "internal/printable", imports: []string{}, std: true},
		{path: "internal/pause", imports: []string{}, std: true},
		{path: "internal/resp", imports: []string{}, std: true},
		{path: "internal/stacktest"},
		{path: "internal/arrows"},
		{path: "internal/contract"},
		{path: "internal/e2e"},
		{path: "internal/apikeys", imports: []string{"internal/problem"}},
		{path: "internal/httpserver", imports: []string{"internal/problem"}},
		{path: "internal/opshttp", imports: []string{"internal/httpserver", "internal/problem"}},
		{path: "internal/kafka", imports: []string{"pipelines", "schemas", "internal/pause"}},
		{path: "internal/gateway", imports: servers()},
		{path: "internal/query", imports: append(servers(), "schemas/rules")},
		{path: "internal/send", imports: []string{"schemas", "internal/pause"}},
		{path: "internal/settings", imports: []string{"pipelines", "schemas", "internal/printable"}},
		{path: "internal/telemetry", imports: []string{"pipelines", "schemas"}},
		{path: "internal/datadir"},
		{path: "internal/broker", imports: []string{"internal/datadir"}},
		{path: "internal/probe", imports: []string{"pipelines"}},
		{path: "internal/city", imports: []string{"schemas", "internal/pause"}},
		{path: "internal/simulate/levels", imports: []string{"internal/simulate/ledger", "internal/simulate/orders"}, std: true},    // the oracle shares no arithmetic with what it judges
		{path: "internal/simulate/documents", imports: []string{"internal/simulate/ledger", "internal/simulate/orders"}, std: true}, // likewise
		{path: "internal/simulate/...", imports: []string{"pipelines", "schemas", "internal/pause", "internal/printable", "internal/simulate/..."}},
		{path: "internal/requeue", imports: []string{"pipelines", "schemas"}},
		{path: "internal/rewind", imports: []string{"pipelines"}, std: true},
		{path: "internal/relay", imports: []string{"pipelines", "schemas"}},
		{path: "internal/jobs", imports: []string{"pipelines", "schemas", "schemas/rules"}},
		{path: "internal/reconcile", imports: []string{"pipelines", "schemas", "schemas/rules"}},
		{path: "internal/ruling", imports: []string{"schemas", "schemas/rules"}},
		{path: "internal/webhook", imports: []string{"pipelines", "schemas", "clients/levels"}},
		{path: "internal/replay", imports: []string{"pipelines", "schemas"}},
		{path: "internal/doctor", imports: []string{"pipelines", "schemas", "internal/printable"}},
		{path: "internal/progress", imports: servers()},
		{path: "internal/bench/...", imports: []string{"pipelines", "schemas", "internal/pause", "internal/resp", "internal/bench/..."}},

		{path: "internal/drill/...", imports: []string{"pipelines", "schemas", "internal/pause", "internal/printable", "internal/resp", "internal/drill/..."}},
		{path: "internal/failpoint", imports: []string{"pipelines", "schemas"}, std: true},

		{path: "clients/*", imports: []string{"schemas"}, std: true},

		{path: "cmd/sluice/...", free: true},
		{path: "ops/ci/...", std: true},
		{path: "ops/dist", imports: []string{"ops/dist/sbom"}},
		{path: "ops/dist/sbom"},
		{path: "ops/mutants"},
		{path: "ops/opstest"},
	}
}

// servers are what the HTTP servers may see: words, never a store.
func servers() []string {
	return []string{"pipelines", "schemas", "internal/apikeys", "internal/httpserver", "internal/problem"}
}

// libraries is the law about other people's packages.
func libraries() []library {
	drivers := []string{"cmd/sluice/...", "internal/bench"}
	return []library{
		{prefix: "github.com/IBM/sarama", homes: []string{"internal/kafka", "internal/bench/bare"}, behind: drivers},
		{prefix: "github.com/elastic/", homes: []string{"sinks/elastic"}, behind: drivers},
		{prefix: "github.com/redis/", homes: []string{"sinks/redis"}, behind: drivers},
		{prefix: "modernc.org/", homes: []string{"sinks/embedded"}, behind: drivers},
		// Its publisher to Kafka is made of sarama's settings, so it is made where those may be named: internal/kafka/bus.go.
		{prefix: "github.com/ThreeDotsLabs/", homes: []string{"internal/requeue", "internal/relay", "internal/kafka"}, behind: drivers},
		{prefix: "go.opentelemetry.io/", homes: []string{"internal/telemetry"}, behind: append(drivers, "sinks/elastic", "internal/kafka")},
		{prefix: "go.uber.org/zap", homes: []string{"internal/telemetry", "cmd/sluice/..."}},
		{prefix: "github.com/prometheus/", homes: []string{"internal/telemetry", "cmd/sluice/..."}, behind: []string{"internal/drill/..."}}, // toxiproxy counts with it
		{prefix: "github.com/knadh/koanf/", homes: []string{"internal/settings"}, behind: drivers},
		{prefix: "go.yaml.in/", homes: []string{"internal/drill/script", "ops/mutants", "schemas/rules"}, behind: append(ruled(), "internal/drill/...", "internal/settings", "cmd/sluice/...")},
		{prefix: "github.com/alecthomas/kong", homes: []string{"cmd/sluice/..."}},
		{prefix: "github.com/schollz/progressbar/", homes: []string{"cmd/sluice/..."}},
		{prefix: "github.com/twmb/franz-go", homes: []string{"internal/broker"}, behind: drivers},
		{prefix: "github.com/Shopify/toxiproxy/", homes: []string{"internal/drill/stage"}, behind: []string{"internal/drill/...", "cmd/sluice/..."}},
		{prefix: "github.com/CycloneDX/", homes: []string{"ops/dist/sbom"}, behind: []string{"ops/dist"}},
		{prefix: "pgregory.net/rapid", homes: testKits()},
		{prefix: "go.uber.org/goleak", homes: testKits()},
		{prefix: "testing", homes: testKits()},
	}
}

// ruled are those who reckon with the rules of levels, which are a YAML file.
func ruled() []string {
	return []string{"pipelines/orders", "sinks/*", "internal/query", "internal/jobs", "internal/reconcile", "internal/ruling"}
}

// testKits are packages for tests that are no tests themselves; the binary never has them.
func testKits() []string {
	return []string{"internal/stacktest", "pipelines/pipelinestest", "sinks/sinkstest"}
}
