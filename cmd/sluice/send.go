package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/internal/kafka"
	"sluice/internal/printable"
	"sluice/internal/send"
	"sluice/internal/settings"
)

// sendCmd is `sluice send`.
type sendCmd struct {
	Files       []string          `arg:"" placeholder:"FILE" help:"CSV, GPX or NDJSON, also .zst or .gz; - = standard input."`
	To          string            `help:"The gateway's address, or kafka://host:port to write to the topic directly." default:"http://127.0.0.1:8080" placeholder:"URL"`
	Format      string            `help:"csv, gpx or ndjson; without it the file's extension tells." enum:",csv,gpx,ndjson" default:""`
	Col         map[string]string `help:"Column of a CSV file for a field of a ping: --col driverId=vehicle_id. Common names are found without." placeholder:"FIELD=COLUMN"`
	Driver      string            `help:"Driver of a GPX file; without it the file's name." placeholder:"ID"`
	Shift       string            `help:"now = add one constant to all times so that the newest record is due at its own time." enum:",now" default:""`
	Speed       string            `help:"Replay in the order of the events at so many times real time, such as 60x; without it as fast as possible." placeholder:"N"`
	Rate        float64           `help:"At most so many records a second; 0 = no limit."`
	Batch       int               `help:"Records in one request." default:"500"`
	Connections int               `help:"Requests under way at once." default:"4"`
	GiveUp      time.Duration     `help:"On a request that would get no final answer within it." default:"60s"`
	Timeout     time.Duration     `help:"Of one request." default:"15s"`
	Hold        string            `help:"Records that --shift and --speed may hold in memory." default:"1GiB" placeholder:"SIZE"`
	Key         string            `help:"API key, <id>.<secret>; better in the environment." env:"SLUICE_API_KEY" placeholder:"KEY"`
	TopicPrefix string            `help:"Of the topic, with kafka://." env:"SLUICE_TOPIC_PREFIX" placeholder:"PREFIX"`
	JSON        bool              `help:"Print the summary as JSON." name:"json"`
}

// Help is the long text of --help.
func (sendCmd) Help() string {
	return `Sends every record as it is and lets the gateway judge it; what cannot be written as a ping at all is counted as unreadable. ` +
		`429, 5xx, time-outs and lost connections are tried again. Exit code 1 when a record has no answer, and when not one was accepted; ` +
		`records that are refused or unreadable beside others that are accepted are counted.

The first line of a CSV file names its columns, in any case and order: driverId (or driver, vehicle_id, device_id, id), ts (timestamp, time, datetime), ` +
		`lat (latitude, y) and lon (lng, longitude, x) must be there; speed, heading, accuracy, status, vehicle_type, city, seq and datum may be. --col names others. ` +
		`Times are RFC 3339, seconds or ms since 1970.

--shift now adds one constant to every event time: without --speed the newest record gets the present time; with it the newest gets ` +
		`the time at which it is due, so that at --speed 1x each record carries the time at which it is sent. Records without a readable time are not moved.

Example:
  sluice send your-pings.csv.zst --shift now
  sluice send bus.gpx --driver bus-304 --shift now --speed 1x
  sluice send fleet.csv --col driverId=cab --col ts=when --to http://gateway:8080`
}

// Run sends and prints what became of it.
func (c *sendCmd) Run(ctx context.Context, p *process) (err error) {
	cfg, err := c.config(p.stdin)
	if err != nil {
		return usage(err)
	}
	poster, closer, err := c.poster()
	if err != nil {
		return usage(err)
	}
	defer func() { err = errors.Join(err, closer()) }()
	bar := newSendBar(p.stderr, c.Files)
	summary, err := send.Run(ctx, cfg, poster, bar)
	bar.end()
	if err := c.print(p.stdout, &summary); err != nil {
		return err
	}
	if err != nil && summary.Unsent > 0 {
		return fmt.Errorf("%d of %d records were not acknowledged: %w", summary.Unsent, summary.Read, err)
	}
	if err == nil && summary.Accepted == 0 && summary.Rejected+summary.Unreadable > 0 {
		return fmt.Errorf("not one of %s was accepted", count(summary.Read+summary.Unreadable, "record"))
	}
	return err
}

func (c *sendCmd) config(stdin io.Reader) (send.Config, error) {
	speed, err := parseSpeed(c.Speed)
	hold, holdErr := settings.ParseSize(c.Hold)
	cfg := send.Config{
		Files: c.Files, Input: send.Input{Format: c.Format, Columns: c.Col, Driver: c.Driver, Stdin: stdin},
		ShiftNow: c.Shift == "now", Speed: speed, Rate: c.Rate, Records: c.Batch, Connections: c.Connections,
		GiveUp: c.GiveUp, HoldBytes: int64(hold),
	}
	return cfg, errors.Join(err, holdErr, aboveZero("--timeout", c.Timeout), cfg.Validate())
}

// parseSpeed reads 60x, 60 or nothing.
func parseSpeed(text string) (float64, error) {
	if text == "" {
		return 0, nil
	}
	speed, err := strconv.ParseFloat(strings.TrimSuffix(text, "x"), 64)
	if err != nil || speed <= 0 {
		return 0, fmt.Errorf("speed %q: want a number above 0, such as 60x", text)
	}
	return speed, nil
}

// poster is where batches go, and how to close it.
func (c *sendCmd) poster() (send.Poster, func() error, error) {
	brokers, direct := strings.CutPrefix(c.To, "kafka://")
	if !direct {
		g, err := send.NewGateway(c.To, c.Key, c.Connections, c.Timeout)
		if err != nil {
			return nil, nil, err
		}
		return g, func() error { g.Close(); return nil }, nil
	}
	publisher, err := kafka.NewPublisher(
		kafka.Config{Brokers: strings.Split(brokers, ","), ClientID: "sluice-send", TopicPrefix: c.TopicPrefix},
		kafka.PublisherConfig{Timeout: c.Timeout})
	if err != nil {
		return nil, nil, err
	}
	return &topicPoster{publisher: publisher}, publisher.Close, nil
}

func (c *sendCmd) print(w io.Writer, s *send.Summary) error {
	if c.JSON {
		return json.NewEncoder(w).Encode(s)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "read %d, accepted %d, rejected %d, unsent %d, unreadable %d in %.1f s (%.0f/s), %d retries\n",
		s.Read, s.Accepted, s.Rejected, s.Unsent, s.Unreadable, s.Seconds, float64(s.Accepted)/max(s.Seconds, 1e-3), s.Retries)
	if s.ShiftMS != 0 {
		fmt.Fprintf(&b, "event times moved by %d ms\n", s.ShiftMS)
	}
	reasons := make([]string, 0, len(s.Reasons))
	for reason, n := range s.Reasons {
		reasons = append(reasons, fmt.Sprintf("  rejected %8d  %s\n", n, reason))
	}
	slices.Sort(reasons)
	for _, line := range append(reasons, s.Lines...) {
		b.WriteString(printable.Shown(strings.TrimSuffix(line, "\n")) + "\n") // the gateway's words, and the file's
	}
	_, err := io.WriteString(w, b.String())
	return err
}
