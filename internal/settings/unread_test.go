package settings_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sluice/internal/settings"
)

// What could not be read has its default, and is named, so that nobody judges it further.
func TestWhatIsUnreadHasItsDefault(t *testing.T) {
	cases := map[string]struct {
		file, environ string
		want          []string
	}{
		"no duration":      {environ: "SLUICE_GPS_MAX_AGE=60sec", want: []string{"gps.maxAge"}},
		"below zero":       {file: "gps:\n  keepDays: -1", want: []string{"gps.keepDays"}},
		"misspelt":         {environ: "SLUICE_GPS_MAXAGE=1s", want: []string{"gps.maxAge"}},
		"a misspelt file":  {environ: "SLUICE_KAFKA_SASL_PASWORD_FILE=x", want: []string{"kafka.sasl.password"}},
		"not a section":    {file: "gps: 60s", want: []string{"gps.maxAge", "gps.outlierSpeed", "gps.keepDays", "gps.live", "gps.bytes"}},
		"nothing like it":  {environ: "SLUICE_WHATEVER=1"},
		"secret not there": {environ: "SLUICE_KAFKA_SASL_PASSWORD_FILE=/does/not/exist", want: []string{"kafka.sasl.password"}},
		"no YAML": {
			file: "\tx", environ: "SLUICE_GPS_LIVE=true",
			want: []string{"kafka.brokers", "kafka.sasl.user", "kafka.sasl.password", "gps.maxAge", "gps.outlierSpeed", "gps.keepDays", "gps.bytes", "rules"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s, err := load(t, c.file, c.environ)
			unread, ok := errors.AsType[*settings.Unread](err)
			if !ok || !slices.Equal(unread.Paths(), c.want) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if s.GPS.MaxAge != time.Minute || s.GPS.KeepDays != 0 || s.Kafka.SASL.Password != "" {
				t.Errorf("not the defaults: %+v", s)
			}
		})
	}
}
