package telemetry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
)

// TraceConfig says where sluice's own spans go, and which are kept.
type TraceConfig struct {
	Endpoint string        // OTLP/HTTP URL with its path, as http://collector:4318/v1/traces; "" = no spans are made
	Headers  string        // name=value,name=value sent with each export, a secret; "" = none
	Sample   float64       // share of the traces begun here that is kept, 0 to 1; 0 = only those that a client has sampled
	Timeout  time.Duration // for one export; 0 = 5 s
	Queue    int           // spans that wait for export, more are dropped and counted; 0 = 4096
	Batch    int           // spans of one export; 0 = 512
	Every    time.Duration // a smaller batch leaves after so long; 0 = 2 s
}

// Validate reports every complaint at once. Its text never holds the headers.
func (c TraceConfig) Validate() error {
	var complaints []error
	if c.Endpoint != "" {
		if u, err := url.Parse(c.Endpoint); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			complaints = append(complaints, errors.New("the endpoint must be an http or https URL"))
		}
	}
	if _, err := parseHeaders(c.Headers); err != nil {
		complaints = append(complaints, err)
	}
	if !(c.Sample >= 0 && c.Sample <= 1) {
		complaints = append(complaints, fmt.Errorf("sample (%v) must be within 0 and 1", c.Sample))
	}
	if c.Timeout < 0 || c.Every < 0 || c.Queue < 0 || c.Batch < 0 {
		complaints = append(complaints, errors.New("a limit must not be negative"))
	}
	if c = c.withDefaults(); c.Batch > c.Queue {
		complaints = append(complaints, fmt.Errorf("batch (%d) is more than queue (%d)", c.Batch, c.Queue))
	}
	return errors.Join(complaints...)
}

func (c TraceConfig) withDefaults() TraceConfig {
	c.Timeout, c.Every = cmp.Or(c.Timeout, 5*time.Second), cmp.Or(c.Every, 2*time.Second)
	c.Queue, c.Batch = cmp.Or(c.Queue, 4096), cmp.Or(c.Batch, 512)
	return c
}

// parseHeaders reads name=value,name=value.
func parseHeaders(text string) (map[string]string, error) {
	headers := map[string]string{}
	for pair := range strings.SplitSeq(text, ",") {
		if pair = strings.TrimSpace(pair); pair == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, errors.New("headers must be name=value, separated by commas")
		}
		headers[name] = value
	}
	return headers, nil
}

// Tracer makes spans of what this process does and exports them. A nil Tracer is one that
// is switched off: each of its methods gives back what it was handed, so that nothing
// is paid for it.
type Tracer struct {
	tracer trace.Tracer
	queue  *spanQueue
}

// maxSpanTextBytes bounds what one attribute of a span may hold: an error's text, mostly.
const maxSpanTextBytes = 1024

// NewTracer registers the metrics of the export and prepares it; nil when the endpoint is
// empty. Nothing is sent before Run.
func NewTracer(cfg TraceConfig, build Build, reg prometheus.Registerer, log *zap.Logger) (*Tracer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	if cfg.Endpoint == "" {
		return nil, nil //nolint:nilnil // a nil Tracer is one that is switched off
	}
	cfg = cfg.withDefaults()
	headers, err := parseHeaders(cfg.Headers)
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	exporter := otlptracehttp.NewUnstarted(
		otlptracehttp.WithEndpointURL(cfg.Endpoint), otlptracehttp.WithHeaders(headers), otlptracehttp.WithTimeout(cfg.Timeout),
		otlptracehttp.WithCompression(otlptracehttp.GzipCompression),
		// A batch that fails is dropped and counted: a collector that is away must not hold spans in memory.
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: false}))
	queue, err := newSpanQueue(cfg, exporter, reg, log)
	if err != nil {
		return nil, err
	}
	limits := sdk.NewSpanLimits()
	limits.AttributeValueLengthLimit = maxSpanTextBytes
	provider := sdk.NewTracerProvider(
		sdk.WithSpanProcessor(queue), sdk.WithRawSpanLimits(limits),
		sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(cfg.Sample))),
		sdk.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "sluice"), attribute.String("service.version", build.Version))))
	return &Tracer{tracer: provider.Tracer("sluice"), queue: queue}, nil
}

// Run exports until ctx ends, then what is left, for a second at most. It always returns
// nil: a collector never ends the process.
func (t *Tracer) Run(ctx context.Context) error {
	if t == nil {
		<-ctx.Done()
		return nil
	}
	t.queue.run(ctx)
	return nil
}
