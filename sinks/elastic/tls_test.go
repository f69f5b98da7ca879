package elastic

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"sluice/pipelines"
)

// guarded is an Elasticsearch behind TLS that lets in whoever sends this Authorization.
func guarded(t *testing.T, authorization string) (url, caFile string) {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", "application/json")
		body := `{"errors":false,"items":[{"create":{"status":201}}]}`
		if r.Header.Get("Authorization") != authorization {
			w.WriteHeader(http.StatusUnauthorized)
			body = `{"error":{"type":"security_exception","reason":"unable to authenticate"},"status":401}`
		}
		if _, err := w.Write([]byte(body)); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(caFile, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	return server.URL, caFile
}

func writeOne(t *testing.T, cfg Config) (pipelines.Result, error) {
	t.Helper()
	results := make([]pipelines.Result, 1)
	err := newSink(t, cfg).Write(t.Context(), []pipelines.Write{{Target: "pings-x", Key: []byte("k"), Body: []byte(`{}`)}}, results)
	return results[0], err
}

func TestTLSWithCredentials(t *testing.T) {
	const key, basic = "APIKey aWQ6a2V5", "Basic c2x1aWNlOnNlY3JldA=="
	keyFile := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(keyFile, []byte("aWQ6a2V5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		authorization string
		cfg           Config
		want          pipelines.Verdict
	}{
		"API key":           {key, Config{APIKey: "aWQ6a2V5"}, pipelines.Stored},
		"API key of a file": {key, Config{APIKeyFile: keyFile}, pipelines.Stored},
		"user and password": {basic, Config{Username: "sluice", Password: "secret"}, pipelines.Stored},
		"wrong password":    {basic, Config{Username: "sluice", Password: "guess"}, pipelines.Refused},
		"nothing":           {key, Config{}, pipelines.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			url, caFile := guarded(t, c.authorization)
			c.cfg.URLs, c.cfg.CAFile = []string{url}, caFile
			got, err := writeOne(t, c.cfg)
			if err != nil || got.Verdict != c.want {
				t.Fatalf("%s (%s), %v; want %s", got.Verdict, got.Reason, err, c.want)
			}
		})
	}
}

func TestTLSRefusesAnUnknownAuthority(t *testing.T) {
	url, _ := guarded(t, "")
	if got, err := writeOne(t, Config{URLs: []string{url}}); err == nil {
		t.Fatalf("wrote to a server of an unknown authority: %s", got.Verdict)
	}
}
