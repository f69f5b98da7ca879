package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sluice/internal/bench/proc"
)

// Baseline is what a bare child prints when it has done its work.
type Baseline struct {
	Records int64         `json:"records"`
	Took    time.Duration `json:"tookNs"`
	CPU     time.Duration `json:"cpuNs"` // of the whole process
	Peak    int64         `json:"peak"`  // bytes
}

// Rate is records a second.
func (b Baseline) Rate() float64 { return float64(b.Records) / b.Took.Seconds() }

// Finished adds to a baseline what this process has cost.
func Finished(records int64, took time.Duration) (Baseline, error) {
	if records == 0 || took <= 0 {
		return Baseline{}, errors.New("measuring a baseline: there was nothing to do")
	}
	used, err := proc.UsageOf("self")
	return Baseline{Records: records, Took: took, CPU: used.CPU, Peak: used.Peak}, err
}

// baseline runs one of this binary's bare sub-commands.
func (b *run) baseline(ctx context.Context, args ...string) (Baseline, error) {
	var result Baseline
	err := b.child(ctx, &result, args...)
	return result, err
}

// child runs one of this binary's bare sub-commands and reads what it prints.
func (b *run) child(ctx context.Context, into any, args ...string) error {
	var out bytes.Buffer
	args = append([]string{"bench"}, args...)
	if err := proc.Run(ctx, proc.Command{Path: b.cfg.Binary, Args: args, Stdout: &out}); err != nil {
		return err
	}
	if err := json.Unmarshal(out.Bytes(), into); err != nil {
		return fmt.Errorf("reading the answer of %v: %w", args, err)
	}
	return nil
}

func (b *run) brokers() string { return strings.Join(b.cfg.Brokers, ",") }

func (b *run) bareConsumer(ctx context.Context, i int) (Baseline, error) {
	b.watch.Began("a bare group consumer counts")
	return b.baseline(ctx, "consume", "--brokers", b.brokers(), "--topic", b.backlog.topic(), "--group", b.cfg.Prefix+"bare-"+strconv.Itoa(i)+"-"+strconv.FormatInt(time.Now().UnixNano(), 36))
}

func (b *run) bareProducer(ctx context.Context, topic string) (Baseline, error) {
	b.watch.Began("a bare AsyncProducer produces")
	return b.baseline(ctx, "produce", "--brokers", b.brokers(), "--topic", topic, "--for", b.cfg.For.String(), "--drivers", strconv.Itoa(b.cfg.Drivers))
}

func (b *run) bareLoader(ctx context.Context, bodies string, span time.Duration) (Baseline, error) {
	b.watch.Began("a bare loader sends bulk requests")
	return b.baseline(ctx, "load", "--url", b.cfg.Elastic, "--bodies", bodies, "--warm", warmUp.String(), "--for", span.String())
}

// warmUp is the part at the beginning of a measurement by time that is not counted.
const warmUp = 3 * time.Second
