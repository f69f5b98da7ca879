package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"sluice/internal/doctor"
)

func TestDoctorJudgesWebhooks(t *testing.T) {
	service, away := httptest.NewServer(nil), httptest.NewServer(nil)
	defer service.Close()
	away.Close()
	secure := httptest.NewTLSServer(nil) // by an authority that nobody knows
	defer secure.Close()
	for name, v := range map[string]verdict{
		"there":       {checkService(t.Context(), "webhook-crm", service.URL), nil},
		"away":        {checkService(t.Context(), "webhook-crm", away.URL), []string{"warn dialling => WebhookBehind"}},
		"not trusted": {checkService(t.Context(), "webhook-crm", secure.URL), []string{"warn securing the connection => WebhookBehind"}},
	} {
		t.Run(name, v.holds)
	}
	dir := t.TempDir()
	cfg := defaults(t)
	h := hook{name: "crm", url: service.URL}
	secret := func(where, text string) []doctor.Finding {
		cfg.Webhook.SecretsDir = where
		if text != "" {
			if err := os.WriteFile(filepath.Join(dir, h.name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return judgeSecrets(cfg, h)
	}
	for _, v := range []verdict{
		{secret(filepath.Join(dir, "none"), ""), []string{"skip webhook.secretsDir is not on this machine"}},
		{secret(dir, ""), []string{"fail the secrets of crm => openssl rand -hex 32 > " + filepath.Join(dir, "crm")}},
		{secret(dir, "short\n"), []string{"fail less than 16 bytes => openssl"}},
		{secret(dir, hookSecret+"\n"), nil},
	} {
		v.holds(t)
	}
	cfg.Webhook.Services = []string{"crm=" + service.URL}
	if part := webhookPart(cfg); len(part.Checks) != 2 || len(webhookPart(defaults(t)).Checks) != 0 {
		t.Errorf("%d checks", len(part.Checks))
	}
}
