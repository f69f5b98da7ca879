package settings_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"sluice/internal/settings"
)

type sample struct {
	Kafka struct {
		Brokers []string `key:"brokers" default:"127.0.0.1:9092" doc:"where"`
		SASL    struct {
			User     string          `key:"user"`
			Password settings.Secret `key:"password"`
		} `key:"sasl"`
	} `key:"kafka"`
	GPS struct {
		MaxAge   time.Duration `key:"maxAge" default:"60s"`
		Speed    float64       `key:"outlierSpeed" default:"70" unit:"m/s"`
		KeepDays int           `key:"keepDays" default:"0"`
		Live     bool          `key:"live" default:"true"`
		Bytes    settings.Size `key:"bytes" default:"1MiB"`
	} `key:"gps"`
	Rules string `key:"rules"`
}

func load(t *testing.T, file string, environ ...string) (sample, error) {
	t.Helper()
	src := settings.Source{Prefix: "SLUICE_", Environ: environ, Foreign: []string{"SLUICE_TEST_"}}
	if file != "" {
		src.File = write(t, "sluice.yaml", file)
	}
	var s sample
	err := settings.Load(&s, src)
	return s, err
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEachSourceIsStrongerThanTheOneBefore(t *testing.T) {
	s, err := load(t, "kafka:\n  brokers: [a:1, b:2]\ngps:\n  maxAge: 5s\n  bytes: 2MiB\n  outlierSpeed: 50\n",
		"SLUICE_GPS_MAX_AGE=2m", "SLUICE_GPS_LIVE=false", "SLUICE_TEST_KAFKA=x:1", "OTHER=1", "SLUICE_RULES=")
	if err != nil {
		t.Fatal(err)
	}
	want := sample{}
	want.Kafka.Brokers = []string{"a:1", "b:2"}
	want.GPS.MaxAge, want.GPS.Speed, want.GPS.Bytes = 2*time.Minute, 50, 2<<20
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got %+v, want %+v", s, want)
	}
}

func TestDefaults(t *testing.T) {
	s, err := load(t, "")
	if err != nil {
		t.Fatal(err)
	}
	if s.GPS.MaxAge != time.Minute || s.GPS.Bytes != 1<<20 || !s.GPS.Live || len(s.Kafka.Brokers) != 1 {
		t.Errorf("got %+v", s)
	}
}

func TestListFromTheEnvironment(t *testing.T) {
	s, err := load(t, "", "SLUICE_KAFKA_BROKERS=a:1, b:2,")
	if err != nil || !reflect.DeepEqual(s.Kafka.Brokers, []string{"a:1", "b:2"}) {
		t.Errorf("got %q, %v", s.Kafka.Brokers, err)
	}
}

func TestEveryComplaintIsReportedAtOnce(t *testing.T) {
	cases := map[string]struct{ file, environ, want string }{
		"unknown key":           {file: "kafka:\n  borkers: a:1", want: "kafka.borkers: no such key in"},
		"suggestion":            {file: "kafka:\n  borkers: a:1", want: "did you mean kafka.brokers?"},
		"unknown section":       {file: "redis:\n  addrs: a", want: "redis.addrs: no such key"},
		"unknown variable":      {environ: "SLUICE_GPS_MAXAGE=1s", want: "SLUICE_GPS_MAXAGE: no such variable, did you mean SLUICE_GPS_MAX_AGE?"},
		"no unit":               {file: "gps:\n  maxAge: 60", want: "gps.maxAge: 60 has no unit: write 60s"},
		"no unit in env":        {environ: "SLUICE_GPS_MAX_AGE=60", want: "SLUICE_GPS_MAX_AGE: 60 has no unit"},
		"negative":              {environ: "SLUICE_GPS_KEEP_DAYS=-1", want: "SLUICE_GPS_KEEP_DAYS: -1: must not be negative"},
		"not a number":          {environ: "SLUICE_GPS_OUTLIER_SPEED=NaN", want: `"NaN" is no number`},
		"not a bool":            {environ: "SLUICE_GPS_LIVE=perhaps", want: "neither true nor false"},
		"not a size":            {environ: "SLUICE_GPS_BYTES=1MB", want: "is no size"},
		"list for a value":      {file: "gps:\n  maxAge: [1s]", want: "is a list"},
		"secret in the file":    {file: "kafka:\n  sasl:\n    password: hunter2", want: "a secret comes from SLUICE_KAFKA_SASL_PASSWORD"},
		"secret file not there": {environ: "SLUICE_KAFKA_SASL_PASSWORD_FILE=/does/not/exist", want: "kafka.sasl.passwordFile: open"},
		"not yaml":              {file: "\tx", want: "reading"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, c.file, c.environ)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want it to say %q", err, c.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
	_, err := load(t, "a: 1\nb: 2", "SLUICE_C=3")
	if n := strings.Count(err.Error(), "\n") + 1; n != 3 {
		t.Errorf("%d lines, want 3:\n%v", n, err)
	}
}

// What Print says is a file that Load reads, with the same outcome: secrets, which it does not say, but for those that nobody gave.
func TestWhatIsPrintedIsReadAgain(t *testing.T) {
	for _, user := range []string{"", "u", "60", "true", "~", "x: #y", "[a", "- b", "'", "\"q\"", "a\tb", " blank ", "sluice@example"} {
		cfg, err := load(t, "", "SLUICE_KAFKA_SASL_USER="+user)
		if err != nil {
			t.Fatal(err)
		}
		var printed, again strings.Builder
		if err := settings.Print(&printed, settings.Keys(&cfg, "SLUICE_")); err != nil {
			t.Fatal(err)
		}
		read, err := load(t, printed.String(), "")
		if err != nil {
			t.Fatalf("%q: %v\n%s", user, err, printed.String())
		}
		if err := settings.Print(&again, settings.Keys(&read, "SLUICE_")); err != nil {
			t.Fatal(err)
		}
		if again.String() != printed.String() {
			t.Errorf("%q: printed\n%s\nread again\n%s", user, printed.String(), again.String())
		}
	}
}

// What Print hid is no value: a file that has it is refused, by the setting's name.
func TestWhatIsHiddenIsNoValue(t *testing.T) {
	cfg, err := load(t, "", "SLUICE_KAFKA_SASL_USER=http://u:hunter2@h")
	if err != nil {
		t.Fatal(err)
	}
	var printed strings.Builder
	if err := settings.Print(&printed, settings.Keys(&cfg, "SLUICE_")); err != nil {
		t.Fatal(err)
	}
	_, err = load(t, printed.String(), "")
	if err == nil || !strings.Contains(err.Error(), "kafka.sasl.user: ") || !strings.Contains(err.Error(), "*** stands where something is hidden") {
		t.Errorf("read again: %v\n%s", err, printed.String())
	}
}

func TestSecrets(t *testing.T) {
	file := write(t, "password", "hunter2\n")
	for name, environ := range map[string][]string{
		"environment": {"SLUICE_KAFKA_SASL_PASSWORD=hunter2"},
		"file":        {"SLUICE_KAFKA_SASL_PASSWORD_FILE=" + file},
	} {
		s, err := load(t, "", environ...)
		if err != nil || string(s.Kafka.SASL.Password) != "hunter2" {
			t.Errorf("%s: got %q, %v", name, string(s.Kafka.SASL.Password), err)
		}
		var shown bytes.Buffer
		if err := settings.Print(&shown, settings.Keys(&s, "SLUICE_")); err != nil {
			t.Fatal(err)
		}
		shown.WriteString(fmt.Sprintf("%v %+v %#v %s", s, s, s, s.Kafka.SASL.Password)) //nolint:staticcheck // all verbs on purpose
		if strings.Contains(shown.String(), "hunter2") || !strings.Contains(shown.String(), "***") {
			t.Errorf("%s: printed %s", name, shown.String())
		}
	}
	if _, err := load(t, "", "SLUICE_KAFKA_SASL_PASSWORD=a", "SLUICE_KAFKA_SASL_PASSWORD_FILE="+file); err == nil {
		t.Error("a secret from two places was accepted")
	}
}

func TestEmptySectionIsNoComplaint(t *testing.T) {
	if _, err := load(t, "kafka:\ngps: {}\n"); err != nil {
		t.Error(err)
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]settings.Size{"0": 0, "12": 12, "12B": 12, "4KiB": 4096, "8MiB": 8 << 20, "1GiB": 1 << 30} {
		got, err := settings.ParseSize(text)
		if err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", text, got, err, want)
		}
		again, err := settings.ParseSize(got.String())
		if err != nil || again != got {
			t.Errorf("%s printed as %s reads %d, %v", text, got, again, err)
		}
	}
	if _, err := settings.ParseSize("9999999999GiB"); err == nil {
		t.Error("an overflow was accepted")
	}
}
