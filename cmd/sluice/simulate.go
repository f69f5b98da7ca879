package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"sluice/internal/printable"
	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/load"
	"sluice/internal/simulate/plan"
	"sluice/pipelines/gps"
	"sluice/schemas"
)

// simulateCmd is `sluice simulate`, and `sluice simulate verify`.
type simulateCmd struct {
	Load   simulateLoadCmd   `cmd:"" default:"withargs" help:"Send a load of simulated drivers, on time whatever the answers, and keep a ledger (without a sub-command, too)."`
	Verify simulateVerifyCmd `cmd:"" help:"Ask the stores what became of every record of a ledger."`
}

// Help is the long text of --help.
func (simulateCmd) Help() string {
	return `Without a sub-command it sends a load: "sluice simulate load --help" lists the flags.

Example:
  sluice simulate --drivers 100000 --rate 50000 --late 5% --double 5% --ahead 0.1% --poison 1% --for 2m --ledger a.ledger
  sluice simulate --orders 450000 --members 50000 --rate 10000 --double 8% --void 2% --late 1% --purchase 1% --ledger b.ledger
  sluice simulate verify a.ledger`
}

// simulateLoadCmd sends.
type simulateLoadCmd struct {
	configFlag
	Drivers  int64         `help:"Drivers who report in turn." default:"1000"`
	Rate     float64       `help:"Pings a second, by the clock, whatever the answers." default:"1000"`
	For      time.Duration `help:"Length of the load." default:"30s"`
	Late     share         `help:"Pings that phones kept until they were too old for live." default:"0%" placeholder:"N%"`
	Double   share         `help:"Pings sent again in a later request." default:"0%" placeholder:"N%"`
	Disorder share         `help:"Pings sent up to 3 s late, behind newer ones." default:"0%" placeholder:"N%"`
	Ahead    share         `help:"Pings of clocks that are ahead by up to a day." default:"0%" placeholder:"N%"`
	Teleport share         `help:"Pings from 500 km away." default:"0%" placeholder:"N%"`
	Poison   share         `help:"Pings that will never be acceptable." default:"0%" placeholder:"N%"`
	PoisonTo string        `help:"gateway, which must refuse them; topic, past the gateway, which must dead-letter them; or both, half each." enum:"gateway,topic,both" default:"both"`
	Orders   int64         `help:"Send so many orders and what becomes of them, with purchases, instead of pings; --rate is then events a second, --late orders completed last month, --double events sent again." placeholder:"N"`
	Members  int64         `help:"With --orders: members who order; the first ones most." default:"1000"`
	Void     share         `help:"With --orders: orders that are refunded or cancelled, before they are completed or after." default:"0%" placeholder:"N%"`
	Purchase share         `help:"With --orders: orders beside which the member buys a level." default:"0%" placeholder:"N%"`
	Over     time.Duration `help:"With --orders: the orders' own moments are spread over so long before the load." default:"240h"`
	Shuffle  time.Duration `help:"With --orders: an event is sent so long after its turn at most, behind later ones." default:"1m"`
	Seed     uint64        `help:"Decides who misbehaves, and how; 0 = by chance."`
	Ledger   string        `help:"File that proves later what became of each record; it must not be there yet. Without it sim-….ledger here." placeholder:"FILE" type:"path"`
	To       string        `help:"The gateway's address." default:"http://127.0.0.1:8080" placeholder:"URL"`
	Key      string        `help:"API key, <id>.<secret>; better in the environment." env:"SLUICE_API_KEY" placeholder:"KEY"`
	Ops      []string      `help:"Ops listener of every process that runs pipelines: their counters are held against the stores." placeholder:"URL,…"`
	Workers  int           `help:"Requests under way at once, a connection each." default:"8"`
	Backlog  time.Duration `help:"So much of the load may wait for a connection; what comes on top is skipped, and counted." default:"10s"`
	GiveUp   time.Duration `help:"On a request that gets no final answer within it." default:"60s"`
	Timeout  time.Duration `help:"Of one attempt." default:"15s"`
	JSON     bool          `help:"Print the summary as JSON." name:"json"`
}

// Help is the long text of --help.
func (simulateLoadCmd) Help() string {
	return `Every record follows from the seed and its number, so the ledger need only keep what was answered, and verify can compare all that is stored. ` +
		`What is due while all connections are busy waits and is sent late; its latency counts from when it was due. Unanswered requests are sent again with the same records. ` +
		`ctrl-C ends the load early and closes the ledger. Exit code 1 when not one record was answered; records in doubt beside others are what the ledger is for.

With --orders it sends order events and purchases: to /v1/orders and /v1/purchases, a member's always one request after the other, so that the order in which they reach their topic is known. ` +
		`Verify then recounts every member's orders and levels, and every change of level that must have been announced.

Poison for the topic and the readers' offsets need Kafka: --config or the environment say where it is, and the age limits under which the load is judged.

Example:
  sluice simulate --drivers 100000 --rate 50000 --late 5% --double 5% --ahead 0.1% --poison 1% --for 2m --ops http://127.0.0.1:9100 --ledger a.ledger
  sluice simulate verify a.ledger --ops http://127.0.0.1:9100`
}

// Run sends the load and prints what it did.
func (c *simulateLoadCmd) Run(ctx context.Context, p *process) (err error) {
	if err := errors.Join(aboveZero("--backlog", c.Backlog), aboveZero("--timeout", c.Timeout)); err != nil {
		return usage(err)
	}
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	if c.Orders != 0 {
		return c.runOrders(ctx, p, cfg)
	}
	loaded := c.config(cfg)
	if err := loaded.Validate(); err != nil {
		return usage(err)
	}
	if c.Ledger == "" {
		c.Ledger = strings.TrimSuffix(loaded.Plan.Run, "-") + ".ledger"
	}
	parts, err := c.parts(cfg, &loaded)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, parts.close()) }()
	bar := newSimulateBar(p)
	defer bar.end()
	parts.deps.Watcher = bar
	first, err := parts.stand(ctx)
	if err != nil {
		return err
	}
	loaded.Plan.Start = time.Now().Add(startsIn).UnixMilli()
	book, err := ledger.Create(c.Ledger, c.header(cfg, &loaded.Plan))
	if err != nil {
		return err
	}
	run := func(ctx context.Context) (load.Summary, error) { return load.Run(ctx, loaded, parts.deps) }
	summary, err := c.send(ctx, p, loaded.Plan.Run, run, parts, book, &first)
	bar.end()
	if err == nil && summary.Acked+summary.Refused == 0 && summary.Doubtful > 0 {
		err = fmt.Errorf("not one record was answered, %d are in doubt; the last error: %s", summary.Doubtful, summary.LastError)
	}
	return errors.Join(c.print(p.stdout, &summary), err)
}

// startsIn is from the header to the first record: time to make the first blocks durable.
const startsIn = 500 * time.Millisecond

// send keeps the ledger around the load.
func (c *simulateLoadCmd) send(ctx context.Context, p *process, name string, run func(ctx context.Context) (load.Summary, error), parts *simulateParts, book *ledger.Writer, first *standing) (load.Summary, error) {
	p.tell("run " + name + ", ledger " + c.Ledger)
	err := first.note(book)
	parts.deps.Book = book
	var summary load.Summary
	if err == nil {
		summary, err = run(ctx)
	}
	if err == nil {
		err = parts.finish(ctx, book, summary.Settled)
	}
	why := "done"
	switch {
	case err != nil && errors.Is(err, context.Canceled) && ctx.Err() != nil:
		why, err = "interrupted", nil
		p.tell("interrupted: the ledger says what was sent")
	case err != nil:
		why = err.Error()
	}
	return summary, errors.Join(err, book.Close(ledger.Closed{At: time.Now().UnixMilli(), Why: printable.HideSecrets(why)}))
}

// config is the load; its start comes later.
func (c *simulateLoadCmd) config(cfg *config) load.Config {
	seed := c.Seed
	if seed == 0 {
		seed = randomSeed()
	}
	batch := int64(min(maxSimulateBatch, max(1, c.Rate/batchesPerSecond)))
	shares := plan.Shares{
		Late: float64(c.Late), Ahead: float64(c.Ahead), Teleport: float64(c.Teleport), Poison: float64(c.Poison),
		Doubled: float64(c.Double), Disordered: float64(c.Disorder), Topic: map[string]float64{"gateway": 0, "topic": 1, "both": 0.5}[c.PoisonTo],
	}
	return load.Config{
		Plan: plan.Plan{
			Run: newRun(), Seed: seed, Start: 1, Rate: c.Rate, Drivers: c.Drivers, Records: int64(math.Round(c.Rate * c.For.Seconds())),
			Batch: batch, Shares: shares, Rules: rulesOf(cfg),
		},
		Topic: schemas.TopicPings, Workers: c.Workers, Backlog: max(batch, int64(c.Rate*c.Backlog.Seconds())),
		GiveUp: c.GiveUp, Grace: interruptGrace, Settle: simulateSettle,
	}
}

const (
	maxSimulateBatch = 500 // records of a request
	batchesPerSecond = 20  // at least, while there are so many records
	interruptGrace   = 5 * time.Second
	simulateSettle   = 20 * time.Second
)

// simulatePipelines are the readers of the pings whose fate is proved.
func simulatePipelines() []string { return []string{gps.Live, gps.History} }

// newRun is a prefix that no other run has.
func newRun() string { return "sim-" + strings.ToLower(rand.Text()[:8]) + "-" }

func randomSeed() uint64 {
	var raw [4]byte
	_, _ = rand.Read(raw[:]) // it never fails: it ends the process instead
	return 1 + uint64(raw[0]) | uint64(raw[1])<<8 | uint64(raw[2])<<16 | uint64(raw[3])<<24
}
