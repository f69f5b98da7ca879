package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// City counts what becomes of the pings of the simulated city.
type City struct {
	log   *zap.Logger
	quiet *quiet
	pings *prometheus.CounterVec
}

// NewCity registers the metrics of the simulated city.
func NewCity(reg prometheus.Registerer, log *zap.Logger) (*City, error) {
	c := &City{
		log:   log,
		quiet: newQuiet(10 * time.Second),
		pings: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_demo_pings_total", Help: "Pings of the simulated city: posted, refused by the gateway, or dropped because it was too slow or away.",
		}, []string{"outcome"}),
	}
	return c, register(reg, "the simulated city", c.pings)
}

// Posted counts pings that the gateway accepted.
func (c *City) Posted(pings int) { c.pings.WithLabelValues("posted").Add(float64(pings)) }

// Refused counts pings that the gateway answered and did not accept.
func (c *City) Refused(pings int) { c.pings.WithLabelValues("refused").Add(float64(pings)) }

// Dropped counts pings that were never accepted, and writes a line, at most one per interval.
func (c *City) Dropped(pings int, why error) {
	c.pings.WithLabelValues("dropped").Add(float64(pings))
	if due, held := c.quiet.pass("", time.Now()); due {
		c.log.Warn("the simulated city has dropped pings", zap.Int("pings", pings), zap.Int("alike", held), zap.Error(why))
	}
}
