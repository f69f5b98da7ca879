package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"go.uber.org/zap"

	"sluice/internal/kafka"
	"sluice/internal/telemetry"
)

// upCmd is `sluice up`.
type upCmd struct {
	configFlag
	Data    string `help:"Directory that keeps everything; made when missing. Instead of data.dir." placeholder:"DIR"`
	HTTP    string `name:"http" help:"Address of the gateway and the query API, instead of http.listen." placeholder:"HOST:PORT"`
	Kafka   string `help:"Address of the Kafka broker in this process, instead of kafka.brokers." placeholder:"HOST:PORT"`
	Ops     string `help:"Address of health, metrics and profiles, instead of ops.listen." placeholder:"HOST:PORT"`
	Demo    bool   `help:"Bring a simulated city to life, through the gateway."`
	Drivers int    `help:"Drivers of the simulated city." default:"2000"`
	Key     string `help:"The city's API key, <id>.<secret>, where keys.file is set; better in the environment." env:"SLUICE_API_KEY" placeholder:"KEY"`
}

// Help is the long text of --help.
func (upCmd) Help() string {
	return `One process with all in it and nothing to install: a broker that speaks Kafka's protocol (kcat, franz-go, sarama connect to it), SQLite as the store, ` +
		`gateway, pipelines and query API; the same code that runs on clusters. Prints the addresses and "ready". Runs until SIGTERM or SIGINT, then drains within 10 s; ` +
		`started again on the same directory it continues. One process at a time may use a directory.

Example:
  sluice up --demo
  sluice up --data /var/lib/sluice --http :8080`
}

// Run serves everything until ctx ends.
func (c *upCmd) Run(ctx context.Context, p *process) error {
	if err := c.check(); err != nil {
		return usage(err)
	}
	cfg, err := loadConfigWith(c.Config, p.environ, c.flags)
	if err != nil {
		return err
	}
	log, err := telemetry.NewLogger(cfg.log(), p.stderr)
	if err != nil {
		return usage(err)
	}
	p.limitMemory(cfg.Memory.together())
	p.shareCores()
	build := buildOf()
	log.Info("starting", zap.String("version", build.Version), zap.String("revision", build.Revision), zap.String("data", cfg.Data.Dir))
	reg, err := telemetry.NewRegistry(build)
	if err != nil {
		return err
	}
	on, err := embeddedSite(cfg, reg, log) //nolint:contextcheck // opening files is not cancelled half-way
	if err != nil {
		return err
	}
	a, err := newApp(ctx, cfg, on, allRoles(), nil, reg, log)
	if err != nil {
		return err
	}
	if err := c.prepare(ctx, a); err != nil {
		return errors.Join(err, a.abandon(ctx))
	}
	return a.run(ctx)
}

// check names the flag where the configuration would name its key.
func (c *upCmd) check() error {
	var refuse complaints
	for _, listen := range [...]struct{ flag, addr string }{{"--http", c.HTTP}, {"--ops", c.Ops}} {
		if listen.addr != "" {
			_, err := portOf(listen.addr)
			refuse.when(err != nil, "%s: %v", listen.flag, err)
		}
	}
	refuse.when(c.Demo && c.Drivers < 1, "--drivers %d must be 1 or more", c.Drivers)
	if c.Kafka != "" {
		for _, err := range leaves(kafka.Config{Brokers: []string{c.Kafka}}.Validate()) {
			refuse.when(true, "--kafka: %s", strings.TrimPrefix(err.Error(), "kafka: brokers: "))
		}
	}
	return errors.Join(refuse...)
}

// processorsPerCore is how many goroutines may run at once on a core of this one process.
const processorsPerCore = 2

// shareCores leaves it to the kernel who runs. A broker that waits for the disk and a store that never pauses keep
// Go's processors for up to 10 ms, and a question would wait for that; the kernel shares a core within a millisecond or so.
// GOMAXPROCS in the environment has the last word. Once more in the same process it changes nothing.
func (p *process) shareCores() {
	if !p.tellsGo("GOMAXPROCS") {
		runtime.SetDefaultGOMAXPROCS()
		runtime.GOMAXPROCS(processorsPerCore * runtime.GOMAXPROCS(0))
	}
}

// flags are stronger than the file and the environment.
func (c *upCmd) flags(cfg *config) {
	set := func(key *string, flag string) {
		if flag != "" {
			*key = flag
		}
	}
	set(&cfg.Data.Dir, c.Data)
	set(&cfg.HTTP.Listen, c.HTTP)
	set(&cfg.Ops.Listen, c.Ops)
	if c.Kafka != "" {
		cfg.Kafka.Brokers = []string{c.Kafka}
	}
}

// setupWithin bounds the set-up of the embedded broker's topics.
const setupWithin = 10 * time.Second

// prepare makes the topics, and the city.
func (c *upCmd) prepare(ctx context.Context, a *app) error {
	limited, cancel := context.WithTimeout(ctx, setupWithin)
	defer cancel()
	if _, err := setupKafka(limited, a.cfg); err != nil {
		return fmt.Errorf("making topics: %w", err)
	}
	if !c.Demo {
		return nil
	}
	return a.addCity(c.Drivers, c.Key)
}
