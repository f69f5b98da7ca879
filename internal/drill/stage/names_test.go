package stage

import (
	"errors"
	"maps"
	"strings"
	"testing"
)

func TestSomebodyIsFoundByNameAndByKind(t *testing.T) {
	all := []*Server{{Name: "kafka-1"}, {Name: "kafka-2"}, {Name: "elastic"}}
	for on, want := range map[string]string{
		"kafka": "kafka-1 kafka-2", "kafka-2": "kafka-2", "elastic": "elastic", "kafka-3": "", "kaf": "", "": "", "elastic-1": "",
	} {
		var found []string
		for _, s := range named(all, on) {
			found = append(found, s.Name)
		}
		if got := strings.Join(found, " "); got != want {
			t.Errorf("%q finds %q, want %q", on, got, want)
		}
	}
	if _, err := only(all, "kafka"); !errors.Is(err, ErrNobody) {
		t.Errorf("kafka is nobody's name: %v", err)
	}
	if s, err := only(all, "kafka-2"); err != nil || s.Name != "kafka-2" {
		t.Errorf("%v, %v", s, err)
	}
}

func TestTheScriptsAnswerIsRead(t *testing.T) {
	got := readExports("export A=1\nexport B_C=127.0.0.1:3,127.0.0.1:4\nnoise\nD=5\nexport E\n")
	if want := map[string]string{"A": "1", "B_C": "127.0.0.1:3,127.0.0.1:4"}; !maps.Equal(got, want) {
		t.Errorf("read %v", got)
	}
}

func TestSettingsOfTheCallerStayOutside(t *testing.T) {
	got := clean([]string{"PATH=/bin", "SLUICE_TOPIC_PREFIX=mine-", "HOME=/h"})
	if strings.Join(got, " ") != "PATH=/bin HOME=/h" {
		t.Errorf("left are %v", got)
	}
}

func TestAllComplaintsComeAtOnce(t *testing.T) {
	err := errors.Join(Config{}.Validate(), Cast{Pipelines: -1, ElasticDisk: -1}.Validate())
	for _, what := range []string{"dir", "stack", "binary", "name", "prefix", "pipelines", "elastic disk"} {
		if !strings.Contains(err.Error(), what) {
			t.Errorf("no complaint about %s: %v", what, err)
		}
	}
	if c := (Cast{Name: "a", Prefix: "a-"}).withDefaults(); c.Gateways != 1 || c.Queries != 1 || c.Pipelines != 2 || c.Partitions != 8 {
		t.Errorf("defaults %+v", c)
	}
}
