package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"sluice/internal/bench"
	"sluice/internal/bench/bare"
	"sluice/internal/bench/fleet"
	"sluice/internal/bench/load"
	"sluice/internal/bench/nullbulk"
)

// benchConsumeCmd is the bare group consumer.
type benchConsumeCmd struct {
	Brokers []string `required:"" help:"Kafka's addresses."`
	Topic   string   `required:"" help:"Read to its end as of now."`
	Group   string   `required:"" help:"A new group."`
}

// Run consumes and prints a baseline.
func (c *benchConsumeCmd) Run(ctx context.Context, p *process) error {
	got, err := bare.Consume(ctx, bare.ConsumeConfig{Brokers: c.Brokers, Topic: c.Topic, Group: c.Group})
	if err != nil {
		return err
	}
	return printBaseline(p.stdout, got.Records, got.Took)
}

// benchProduceCmd is the bare producer.
type benchProduceCmd struct {
	Brokers []string      `required:"" help:"Kafka's addresses."`
	Topic   string        `required:"" help:"Written to."`
	For     time.Duration `default:"10s" help:"How long."`
	Drivers int           `default:"100000" help:"Different pings."`
}

// Run produces and prints a baseline.
func (c *benchProduceCmd) Run(ctx context.Context, p *process) error {
	f := fleet.New(c.Drivers, 1)
	items := make([]bare.Item, c.Drivers)
	for i := range items {
		items[i] = bare.Item{Key: f.Key(nil, i), Value: f.Ping(nil, i, time.Now().UnixMilli())}
	}
	got, err := bare.Produce(ctx, bare.ProduceConfig{Brokers: c.Brokers, Topic: c.Topic, For: c.For, Items: items})
	if err != nil {
		return err
	}
	return printBaseline(p.stdout, got.Records, got.Took)
}

// benchLoadCmd is the bare bulk loader.
type benchLoadCmd struct {
	URL      string        `required:"" name:"url" help:"Of one Elasticsearch node."`
	Bodies   string        `required:"" type:"existingfile" help:"A recording of the null bulk server."`
	InFlight int           `default:"4" help:"Requests at once."`
	Warm     time.Duration `help:"Not counted at the beginning."`
	For      time.Duration `default:"20s" help:"How long, at most."`
}

// Run loads and prints a baseline.
func (c *benchLoadCmd) Run(ctx context.Context, p *process) error {
	file, err := os.Open(c.Bodies)
	if err != nil {
		return fmt.Errorf("opening the recording: %w", err)
	}
	bodies, err := nullbulk.ReadBodies(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	got, err := load.Run(ctx, load.Config{URL: c.URL, Bodies: bodies, InFlight: c.InFlight, Warm: c.Warm, For: c.For})
	if err != nil {
		return err
	}
	if got.Rejected > 0 {
		return fmt.Errorf("loading: Elasticsearch refused %d documents", got.Rejected)
	}
	return printBaseline(p.stdout, got.Items, got.Took)
}

func printBaseline(w io.Writer, records int64, took time.Duration) error {
	result, err := bench.Finished(records, took)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(w).Encode(result); err != nil {
		return fmt.Errorf("printing a baseline: %w", err)
	}
	return nil
}

// benchNullBulkCmd is the null bulk server.
type benchNullBulkCmd struct {
	Listen      string        `required:"" help:"Address."`
	Latency     time.Duration `help:"How long each bulk answer waits."`
	Probe       string        `help:"Prefix of ids that carry their time."`
	Record      string        `help:"File for the bodies received."`
	RecordBytes int64         `default:"268435456" help:"Bytes kept at most."`
}

// Run serves until ctx ends.
func (c *benchNullBulkCmd) Run(ctx context.Context) error {
	cfg := nullbulk.Config{Latency: c.Latency, Probe: c.Probe}
	if c.Record == "" {
		return c.serve(ctx, cfg)
	}
	file, err := os.Create(c.Record)
	if err != nil {
		return fmt.Errorf("making the recording: %w", err)
	}
	cfg.Recorder = nullbulk.NewRecorder(file, c.RecordBytes)
	err = c.serve(ctx, cfg)
	return errors.Join(err, cfg.Recorder.Close(), file.Close())
}

func (c *benchNullBulkCmd) serve(ctx context.Context, cfg nullbulk.Config) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("starting the null bulk server: %w", err)
	}
	server := &http.Server{Handler: nullbulk.New(cfg), ReadHeaderTimeout: 10 * time.Second}
	closed := make(chan error, 1)
	context.AfterFunc(ctx, func() { closed <- server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}
	return <-closed
}
