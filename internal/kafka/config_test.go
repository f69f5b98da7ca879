package kafka

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestValidateReportsAllComplaintsAtOnce(t *testing.T) {
	err := Config{
		Brokers:     []string{"no-port"},
		DialTimeout: -1,
		TLS:         TLS{CertFile: "cert.pem"},
		SASL:        SASL{Mechanism: "MD5"},
	}.Validate()
	if err == nil {
		t.Fatal("a wrong configuration was accepted")
	}
	for _, want := range []string{"no-port", "dial time-out", "belong together", "tls.enabled is false", `"MD5"`, "user is required", "password is required"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no complaint about %s in: %v", want, err)
		}
	}
	if err := (Config{}).Validate(); err == nil {
		t.Error("no brokers, and no complaint")
	}
	if err := (Config{Brokers: []string{"a:1"}, SASL: SASL{User: "u"}}).Validate(); err == nil {
		t.Error("a user without a mechanism, and no complaint")
	}
	full := Config{Brokers: []string{"a:1", "[::1]:2"}, TLS: TLS{Enabled: true}, SASL: SASL{Mechanism: Plain, User: "u", Password: "p"}}
	if err := full.Validate(); err != nil {
		t.Errorf("a right configuration: %v", err)
	}
}

func TestNewRefusesContradictions(t *testing.T) {
	ok := Config{Brokers: []string{"a:1"}}
	for name, group := range map[string]GroupConfig{
		"heartbeats too rare":      {SessionTimeout: 6e9, HeartbeatInterval: 3e9},
		"answer below one fetch":   {FetchBytes: 2 << 20, FetchMaxBytes: 1 << 20},
		"longest wait below first": {RetryBase: 2e9, RetryMax: 1e9},
		"a negative wait":          {FetchWait: -1},
	} {
		if _, err := NewGroup(ok, "g", "t", group, failing{t}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := NewGroup(ok, "", "", GroupConfig{}, failing{t}); err == nil || !strings.Contains(err.Error(), "id") || !strings.Contains(err.Error(), "topic") {
		t.Errorf("no group id and no topic: %v", err)
	}
	for name, limits := range map[string]PublisherConfig{
		"a record above all in flight": {RecordBytes: 2, InFlightBytes: 1},
		"an unknown codec":             {Compression: "brotli"},
		"a negative limit":             {BatchBytes: -1},
	} {
		if _, err := NewPublisher(ok, limits); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestSecretNeverShows(t *testing.T) {
	cfg := Config{SASL: SASL{Password: "hunter2"}}
	encoded, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprintf("%v %+v %#v %s %q", cfg, cfg, cfg, cfg.SASL.Password, cfg.SASL.Password), string(encoded)} {
		if strings.Contains(shown, "hunter2") {
			t.Errorf("the password shows in %s", shown)
		}
	}
}
