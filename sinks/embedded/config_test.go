package embedded

import (
	"strings"
	"testing"
)

func TestConfig(t *testing.T) {
	if err := (Config{Dir: "x"}).Validate(); err != nil {
		t.Error(err)
	}
	bad := Config{MaxDays: -1, MaxDrivers: -1, MaxOpenDays: 1000, MaxGroup: -1, CacheBytes: 1, MonthCacheBytes: 2, MaxLogBytes: 1}
	err := bad.Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, part := range []string{"directory", "-1 days", "-1 drivers", "1000 open days", "-1 writes", "page cache of 1", "page cache of 2", "log of 1"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not among the complaints: %v", part, err)
		}
	}
	for _, dir := range []string{"no/such/dir", "config_test.go"} {
		if _, err := Open(Config{Dir: dir}); err == nil {
			t.Errorf("%s was opened", dir)
		}
		if _, err := OpenReader(Config{Dir: dir}); err == nil {
			t.Errorf("%s was opened for reading", dir)
		}
	}
}
