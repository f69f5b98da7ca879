package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"sluice/internal/kafka"
	"sluice/internal/printable"
	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/verify"
	"sluice/pipelines"
	"sluice/pipelines/gps"
	"sluice/sinks/elastic"
)

// simulateVerifyCmd is `sluice simulate verify`.
type simulateVerifyCmd struct {
	configFlag
	Ledger string            `arg:"" placeholder:"LEDGER" help:"The file that simulate wrote; cut off by a kill it proves what it says." type:"existingfile"`
	Data   string            `help:"Read the embedded store of this data directory, instead of Elasticsearch." placeholder:"DIR" type:"path"`
	To     string            `help:"The gateway, for a fresh ping; without it the ledger's, which keeps no user and no parameters. none = do not post." placeholder:"URL"`
	Query  string            `help:"Where drivers, or members and their orders, are asked for; without it where the gateway is." placeholder:"URL"`
	Key    string            `help:"API key, <id>.<secret>; better in the environment." env:"SLUICE_API_KEY" placeholder:"KEY"`
	Ops    []string          `help:"Ops listeners, when the load ended before the pipelines were done; without them the ledger's, which keeps no user and no parameters." placeholder:"URL,…"`
	Wait   time.Duration     `help:"For the pipelines to be done; waiting ends, too, after 20 s without any progress." default:"10m"`
	Lost   []string          `help:"Files of records that were taken from the topic before they were read, a JSON object with pipeline, partition, offset and value a line: they may be missing, and nothing else." placeholder:"FILE,…" type:"existingfile"`
	Log    map[string]string `help:"Logs of processes, by their ops listeners: what one said there at a clean end are its counts. Without them its last scrape is, and the rest bounded." placeholder:"URL=FILE;…"`
	Reject share             `help:"The store was made to reject that share of the records for what they are: so many sound ones may be dead letters. Without it none may." default:"0%" placeholder:"N%" name:"rejected"`
	JSON   bool              `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (simulateVerifyCmd) Help() string {
	return `Waits until the pipelines have committed everything, reads all of the run's documents, positions and dead letters, and prints an assertion a line. ` +
		`It needs Kafka and the store (--config or the environment), and about a byte of memory a record. Exit code 3 when an assertion fails.

L0 the gateway refused the poison and nothing else; L1 nothing acknowledged is lost; L2 nothing is kept that was not sent; L3 one fate a record; L4 all contents are what was sent, and no sound record is a dead letter; ` +
		`L5 one copy; L6 live shows each driver's newest ping and dropped only what it had to; L7 effects; L8 the processes' counters are the sizes of the sets; L9 offsets never go back and reach the end; ` +
		`L10 a fresh ping is found; L11 what was provoked has happened.

Of a load of orders: L1, L2, L4 and L5 are about the order index, as each member's orders are found there: none lacks (nor by its id, at the ends of months), none is invented, each is what its events say, and there once; ` +
		`L7a each member's orders count by day and month, each once; L7b its level is what follows from them; L7c every change of it was announced, in order, and none that did not happen; ` +
		`L7d no version lacks or says two things.

Example:
  sluice simulate verify a.ledger --wait 5m`
}

// Run verifies and prints.
func (c *simulateVerifyCmd) Run(ctx context.Context, p *process) (err error) {
	if c.Wait < 0 {
		return usage(fmt.Errorf("--wait %s must not be negative", c.Wait))
	}
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	book, err := ledger.Read(c.Ledger)
	if err != nil {
		return err
	}
	if book.Header.Orders != nil {
		return c.verifyOrders(ctx, p, cfg, book)
	}
	lost, err := c.lost()
	if err != nil {
		return usage(err)
	}
	last, err := c.farewells()
	if err != nil {
		return err
	}
	var closers []func() error
	defer func() {
		for _, closer := range closers {
			err = errors.Join(err, closer())
		}
	}()
	deps, err := c.deps(cfg, book, &closers)
	if err != nil {
		return err
	}
	line := newVerifyLine(p)
	deps.Watcher = line
	report, err := verify.Run(ctx, verify.Config{
		Ledger: book, Wait: c.Wait, Poll: time.Second, Still: plateau, Live: gps.Live, Past: gps.History, Lost: lost, Farewells: last, Rejected: float64(c.Reject),
	}, deps)
	line.end()
	return c.conclude(ctx, p, report, nameData(err, c.Data, dataBeside))
}

// lost reads the lists of what was taken.
func (c *simulateVerifyCmd) lost() (all []verify.Lost, err error) {
	for _, name := range c.Lost {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		all, err = verify.ReadLost(f, all)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return all, nil
}

// farewells reads the logs.
func (c *simulateVerifyCmd) farewells() (all []ledger.Process, err error) {
	for url, file := range c.Log {
		if _, err := os.Stat(file); err != nil {
			return nil, usage(err)
		}
		said, err := (&farewells{file: file}).processes(printable.Address(url))
		if err != nil {
			return nil, err
		}
		all = append(all, said...)
	}
	return all, nil
}

// plateau is longer than a killed process's partitions need to find another owner.
const plateau = 20 * time.Second

// deps are whom verify asks; what they have opened is added to closers.
func (c *simulateVerifyCmd) deps(cfg *config, book *ledger.Ledger, closers *[]func() error) (verify.Deps, error) {
	var deps verify.Deps
	admin, err := kafka.NewAdmin(cfg.kafka())
	if err != nil {
		return deps, usage(err)
	}
	*closers = append(*closers, admin.Close)
	scanner, err := kafka.NewScanner(cfg.kafka())
	if err != nil {
		return deps, usage(err)
	}
	*closers = append(*closers, scanner.Close)
	store, closer, err := c.store(cfg)
	if err != nil {
		return deps, err
	}
	*closers = append(*closers, closer)
	deps = verify.Deps{Store: store, Letters: scannedLetters{scanner}, Offsets: newReaderOffsets(cfg, admin)}
	if urls := c.Ops; len(urls) > 0 || len(book.Header.Ops) > 0 {
		if len(urls) == 0 {
			urls = book.Header.Ops
		}
		deps.Counters = newProcessCounters(urls)
	}
	to := c.To
	if to == "" {
		to = book.Header.To
	}
	if to != "none" {
		prober, err := newFreshPing(to, c.Query, c.Key, book.Header.Plan.Run)
		if err != nil {
			return deps, usage(err)
		}
		*closers = append(*closers, prober.close)
		deps.Prober = prober
	}
	return deps, nil
}

// store is Elasticsearch, or the store of a data directory.
func (c *simulateVerifyCmd) store(cfg *config) (verify.Store, func() error, error) {
	if c.Data != "" {
		return embeddedReader(cfg, c.Data)
	}
	reader, err := elastic.NewReader(cfg.elastic())
	if err != nil {
		return nil, nil, usage(err)
	}
	return reader, closing(reader.Close), nil
}

// scannedLetters reads dead letters from outside any group.
type scannedLetters struct{ scanner *kafka.Scanner }

// Scan reads what was in the topic when it began.
func (l scannedLetters) Scan(ctx context.Context, topic string, since time.Time, each func(part pipelines.Partition, rec *pipelines.Record) error) error {
	return l.scanner.Scan(ctx, topic, kafka.Range{From: since}, each)
}
