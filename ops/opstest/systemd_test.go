package opstest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// units are the files of ops/systemd, by the name of an instance.
func units() map[string]string {
	return map[string]string{
		"sluice@gateway.service": "sluice@.service", "sluice@query.service": "sluice@.service", "sluice@pipelines.service": "sluice@.service", "sluice@jobs.service": "sluice@.service",
		"sluice-setup.service": "sluice-setup.service", "sluice-up.service": "sluice-up.service",
	}
}

// settings are the lines of a unit, key to values.
func settings(unit string) map[string][]string {
	found := map[string][]string{}
	for line := range strings.Lines(unit) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(key, "#") {
			found[key] = append(found[key], value)
		}
	}
	return found
}

func TestUnitsAreHardenedAndStopInTime(t *testing.T) {
	want := map[string]string{
		"DynamicUser": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "",
		"MemoryDenyWriteExecute": "yes", "KillSignal": "SIGTERM", "Restart": "on-failure", "RestartPreventExitStatus": "2", "UMask": "0077",
	}
	for _, file := range units() {
		has := settings(text(t, "ops/systemd/"+file))
		for key, value := range want {
			if !slices.Equal(has[key], []string{value}) {
				t.Errorf("%s: %s is %q, want %q", file, key, has[key], value)
			}
		}
		if stop, err := time.ParseDuration(has["TimeoutStopSec"][0] + "s"); err != nil || stop <= 10*time.Second {
			t.Errorf("%s: a stop may take 10 s, it is given %s", file, stop)
		}
		if file != "sluice-setup.service" && !slices.Equal(has["LimitNOFILE"], []string{"65536"}) {
			t.Errorf("%s: LimitNOFILE is %q", file, has["LimitNOFILE"])
		}
	}
	if has := settings(text(t, "ops/systemd/sluice-up.service")); has["StateDirectory"][0] != "sluice" || !strings.HasSuffix(has["ExecStart"][0], "--data /var/lib/sluice") {
		t.Error("the embedded unit keeps its data elsewhere than in its state directory")
	}
}

// systemd reads the units without a complaint, where there is one.
func TestSystemdAcceptsTheUnits(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze here")
	}
	self, err := os.Executable() // stands in for the binary, which has to be there
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	arguments := []string{"verify"}
	for name, file := range units() {
		unit := strings.ReplaceAll(text(t, "ops/systemd/"+file), "/usr/local/bin/sluice", self)
		arguments = append(arguments, filepath.Join(dir, name))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(unit), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said, err := exec.CommandContext(t.Context(), analyze, arguments...).CombinedOutput()
	if err != nil || len(said) > 0 {
		t.Errorf("systemd-analyze: %v\n%s", err, said)
	}
}

// The embedded store asks the kernel to run its writers behind all others, and goes on without when it may not.
func TestTheStoresWritersMayGiveWay(t *testing.T) {
	unit := text(t, "ops/systemd/sluice-up.service")
	refused, allowed := strings.Index(unit, "SystemCallFilter=~@privileged @resources"), strings.Index(unit, "SystemCallFilter=setpriority")
	if refused < 0 || allowed < refused {
		t.Error("sluice-up.service refuses setpriority, which is one of @resources")
	}
}
