package main

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// A port that is taken is told by the setting that chose it.
func TestAPortInUseNamesItsSetting(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close() //nolint:errcheck // of the test's own listener
	for flag, key := range map[string]string{"--http": "http.listen", "--ops": "ops.listen", "--kafka": "kafka.brokers"} {
		args := []string{"up", "--data", filepath.Join(t.TempDir(), "data")}
		for _, other := range []string{"--http", "--ops", "--kafka"} {
			addr := "127.0.0.1:0"
			if other == flag {
				addr = taken.Addr().String()
			}
			args = append(args, other, addr)
		}
		code, _, errs := execute(t, nil, args...)
		if code != exitFailed || !strings.Contains(errs, key+" "+taken.Addr().String()+" is in use") || !strings.Contains(errs, flag) {
			t.Errorf("%s: exit code %d: %s", flag, code, errs)
		}
	}
}

func TestAnAddressThatCannotBeNamesItsFlag(t *testing.T) {
	for flag, addr := range map[string]string{"--http": "localhost", "--ops": "a:70000", "--kafka": ":19392"} {
		code, _, errs := execute(t, nil, "up", "--data", filepath.Join(t.TempDir(), "data"), flag, addr)
		if code != exitUsage || !strings.HasPrefix(errs, "sluice: "+flag+": ") || !strings.Contains(errs, addr) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit code %d: %s", flag, code, errs)
		}
	}
}
