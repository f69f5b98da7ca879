package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// What only a start would find of a service's secrets, the check finds in the words of the start, and no secret is said.
func TestConfigCheckReadsTheSecretsOfServices(t *testing.T) {
	dir := t.TempDir()
	writeText(t, dir, "good", aSecret)
	writeText(t, dir, "short", plantedSecret)
	const services = "SLUICE_WEBHOOK_SERVICES="
	check := func(environ ...string) (int, string) {
		code, out, told := execute(t, append(environ, "SLUICE_WEBHOOK_SECRETS_DIR="+dir), "config", "check")
		return code, out + told
	}
	if code, said := check(services + "good=http://a"); code != exitDone || said != "ok\n" {
		t.Errorf("good: %d %s", code, said)
	}
	both := services + "none=http://a,short=http://b,good=http://c"
	code, said := check(both)
	want := "sluice: webhook.secretsDir: the secrets of none: open " + filepath.Join(dir, "none") + ": no such file or directory\n" +
		"sluice: webhook.secretsDir: " + filepath.Join(dir, "short") + ": webhook: secret 1 has less than 16 bytes\n"
	if code != exitUsage || said != want {
		t.Errorf("%d %s, want %s", code, said, want)
	}
	if strings.Contains(said, plantedSecret) {
		t.Error("the secret shows")
	}
	cfg, err := loadConfig("", []string{both, "SLUICE_WEBHOOK_SECRETS_DIR=" + dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cfg.webhookSpecs()[0].own(); err == nil || !strings.HasPrefix(want, "sluice: "+err.Error()+"\n") {
		t.Errorf("a start says %v", err)
	}
	if _, said := check(services+"none=http://a", "SLUICE_GPS_MAX_AGE=60", "SLUICE_TOPIC_MIN_ISR=2"); strings.Count(said, "\n") != 3 || !strings.Contains(said, "the secrets of none") {
		t.Errorf("not all three: %s", said)
	}
	keys := "SLUICE_KEYS_FILE=" + filepath.Join(dir, "keys")
	if _, said := check(keys, services+"none=http://a"); strings.Count(said, "no such file") != 2 || !strings.HasPrefix(said, "sluice: keys.file: ") {
		t.Errorf("not both: %s", said)
	}
}
