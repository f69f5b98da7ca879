package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// City counts what becomes of the records of the simulated city.
type City struct {
	log     *zap.Logger
	quiet   *quiet
	records *prometheus.CounterVec
}

// NewCity registers the metrics of the simulated city.
func NewCity(reg prometheus.Registerer, log *zap.Logger) (*City, error) {
	c := &City{
		log:   log,
		quiet: newQuiet(10 * time.Second),
		records: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_demo_records_total", Help: "Records of the simulated city, by stream: posted, refused by the gateway, or dropped because it was too slow or away.",
		}, []string{"stream", "outcome"}),
	}
	return c, register(reg, "the simulated city", c.records)
}

// Posted counts records that the gateway accepted.
func (c *City) Posted(stream string, records int) {
	c.records.WithLabelValues(stream, "posted").Add(float64(records))
}

// Refused counts records that the gateway answered and did not accept.
func (c *City) Refused(stream string, records int) {
	c.records.WithLabelValues(stream, "refused").Add(float64(records))
}

// Dropped counts records that were never accepted, and writes a line, at most one per interval.
func (c *City) Dropped(stream string, records int, why error) {
	c.records.WithLabelValues(stream, "dropped").Add(float64(records))
	if due, held := c.quiet.pass(stream, time.Now()); due {
		c.log.Warn("the simulated city has dropped records", zap.String("stream", stream), zap.Int("records", records), zap.Int("alike", held), zap.Error(why))
	}
}
