package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sync/errgroup"

	"sluice/internal/bench/fleet"
)

const (
	gatewayConns = 8
	gatewayPings = 500 // of one request
	barGateway   = 0.6 // of the bare producer
	barGatewayMS = 50  // p99 at half of that
)

// client sends bodies of pings to a gateway.
type client struct {
	http   *http.Client
	url    string
	bodies [][]byte
	next   atomic.Int64
	pings  atomic.Int64 // accepted
}

func measureGateway(ctx context.Context, b *run, name string) error {
	var rates, limits, cpus, peaks []float64
	for i := range b.cfg.Runs {
		s := b.space(fmt.Sprintf("%s-%d", name, i))
		for _, topic := range []string{s.topic(), s.prefix + "bare"} {
			if err := b.kafka.CreateTopic(ctx, topic, int32(b.cfg.Partitions)); err != nil {
				return err
			}
		}
		limit, err := b.bareProducer(ctx, s.prefix+"bare")
		if err != nil {
			return err
		}
		d, err := b.gatewayRun(ctx, name, s)
		if err != nil {
			return err
		}
		rates, limits = append(rates, d.rate), append(limits, limit.Rate())
		cpus, peaks = append(cpus, d.cpu), append(peaks, d.peak)
		if err := b.kafka.ForgetTopics(s.prefix); err != nil {
			return err
		}
	}
	b.add(
		beside(name, "rate", rates, limits, unitRate, "bare AsyncProducer", barGateway),
		plain(name, "cpu", median(cpus), unitCPU),
		plain(name, "peak memory", median(peaks), unitBytes),
	)
	return b.gatewayHalf(ctx, name, barGateway*median(limits)/2)
}

// gatewayRun is the highest rate of a closed loop.
func (b *run) gatewayRun(ctx context.Context, name string, s space) (d drained, err error) {
	p, c, err := b.startGateway(ctx, s)
	if err != nil {
		return drained{}, err
	}
	defer p.end(&err)
	b.watch.Began("the gateway takes what it can")
	profiled := b.profile(ctx, p, name, 5*time.Second)
	begin := time.Now()
	until := begin.Add(b.cfg.For)
	group, ctx := errgroup.WithContext(ctx)
	for range gatewayConns {
		group.Go(func() error {
			for time.Now().Before(until) {
				if err := c.send(ctx); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return drained{}, err
	}
	took := time.Since(begin)
	used, err := p.child.Usage()
	if err != nil {
		return drained{}, err
	}
	sent := float64(c.pings.Load())
	d = drained{rate: sent / took.Seconds(), cpu: used.CPU.Seconds() / sent * 1e6, peak: mebibytes(used.Peak)}
	return d, <-profiled
}

// gatewayHalf is the time of answers in an open loop: each request has a moment at which
// it is due, and its answer is timed from there.
func (b *run) gatewayHalf(ctx context.Context, name string, rate float64) (err error) {
	s := b.space(name + "-half")
	if err := b.kafka.CreateTopic(ctx, s.topic(), int32(b.cfg.Partitions)); err != nil {
		return err
	}
	p, c, err := b.startGateway(ctx, s)
	if err != nil {
		return err
	}
	defer p.end(&err)
	b.watch.Began("the gateway at half of its bar")
	times, err := openLoop(ctx, gatewayConns, rate/gatewayPings, b.cfg.For, c.send)
	if err != nil {
		return err
	}
	at := fmt.Sprintf("at %.0f k/s", rate/1000)
	b.add(
		plain(name, "answer p50", micros(times, 50), unitMS).noted(at),
		ceiling(name, "answer p99", micros(times, 99), unitMS, barGatewayMS).noted(at),
	)
	return nil
}

func (b *run) startGateway(ctx context.Context, s space) (*product, *client, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, nil, err
	}
	p, err := b.start(ctx, "gateway", "", s.with("SLUICE_HTTP_LISTEN="+address))
	if err != nil {
		return nil, nil, err
	}
	if err := p.ready(ctx); err != nil {
		p.end(&err)
		return nil, nil, err
	}
	c := &client{
		http:   &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: gatewayConns}},
		url:    "http://" + address + "/v1/pings",
		bodies: gatewayBodies(fleet.New(b.cfg.Drivers, b.cfg.Seed)),
	}
	return p, c, nil
}

// gatewayBodies are the pings of a hundred requests, made beforehand.
func gatewayBodies(f *fleet.Fleet) [][]byte {
	now := time.Now().UnixMilli()
	bodies := make([][]byte, 100)
	for i := range bodies {
		for k := range gatewayPings {
			bodies[i] = f.Ping(bodies[i], (i*gatewayPings+k)%f.Size(), now+int64(i))
			bodies[i] = append(bodies[i], '\n')
		}
	}
	return bodies
}

// send posts the next body; anything but 202 is an error.
func (c *client) send(ctx context.Context) error {
	body := c.bodies[c.next.Add(1)%int64(len(c.bodies))]
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("posting pings: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("posting pings: %w", err)
	}
	defer resp.Body.Close() // read to its end
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("posting pings: %w", err)
	}
	if resp.StatusCode != http.StatusAccepted || !bytes.Contains(answer, []byte(`"rejected":0`)) {
		return fmt.Errorf("posting pings: answered %d", resp.StatusCode)
	}
	c.pings.Add(gatewayPings)
	return nil
}

func micros(h *hdrhistogram.Histogram, quantile float64) float64 {
	return float64(h.ValueAtQuantile(quantile)) / 1000
}
