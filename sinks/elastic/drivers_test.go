package elastic

import (
	"testing"
	"time"

	"sluice/schemas"
	"sluice/sinks/sinkstest"
)

// prepare applies sluice's own templates under the test's prefix.
func prepare(t testing.TB, cfg Config, opt schemas.TemplateOptions) *Setup {
	t.Helper()
	templates, err := schemas.Templates(cfg.IndexPrefix, opt)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSetup(cfg, templates)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if _, err := s.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDriversOnElasticsearch(t *testing.T) {
	sinkstest.TestDrivers(t, func(t *testing.T) sinkstest.Fleet {
		cfg := onReal(t)
		prepare(t, cfg, schemas.TemplateOptions{Shards: 1, Refresh: time.Minute})
		reader := newReader(t, cfg)
		return sinkstest.Fleet{
			Sink: newSink(t, cfg), Drivers: reader, Area: reader,
			Refresh: func(t *testing.T) {
				for _, index := range []string{schemas.PositionsIndex, schemas.PingsAlias + "-*"} {
					if err := reader.Refresh(t.Context(), index); err != nil {
						t.Fatal(err)
					}
				}
			},
		}
	})
}
