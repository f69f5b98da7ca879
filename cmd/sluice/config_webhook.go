package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"sluice/internal/webhook"
)

// webhookConfig are the services that hear of levels over HTTP.
type webhookConfig struct {
	Services    []string      `key:"services" doc:"each change of level is posted to these services: name=URL, the name of a-z, 0-9 and -; each is a pipeline of its own, webhook-<name>; empty = none"`
	SecretsDir  string        `key:"secretsDir" doc:"a directory with a file for each service, of its name: one to three secrets of at least 16 bytes, a line each; every request is signed by all of them; read by the role pipelines"`
	Timeout     time.Duration `key:"timeout" default:"5s" range:"100ms..1m" doc:"one request with its answer"`
	Parallel    int           `key:"parallel" default:"8" range:"1..256" doc:"requests at one service at once, of each process"`
	GiveUpAfter time.Duration `key:"giveUpAfter" default:"24h" range:"1m..720h" doc:"a change that was published so long ago and fails again is dead-lettered"`
	Attempts    int           `key:"attempts" default:"50" range:"1..1000000" doc:"at a change that the service fails on while it takes others; then it is dead-lettered"`
}

// webhookPrefix begins the name of a webhook's pipeline.
const webhookPrefix = "webhook-"

// hook is one service as the settings name it.
type hook struct{ name, url string }

// hooks are the services; what is wrong with them validate has said.
func (c *config) hooks() []hook {
	var all []hook
	for _, text := range c.Webhook.Services {
		name, url, _ := strings.Cut(text, "=")
		all = append(all, hook{name: strings.TrimSpace(name), url: strings.TrimSpace(url)})
	}
	return all
}

// named is false of a name that no pipeline may have.
func (h hook) named() bool {
	return regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`).MatchString(h.name)
}

// webhook is what a service is spoken to with. It reads the service's secrets.
func (c *config) webhook(h hook) (webhook.Config, error) {
	cfg := c.webhookOf(h)
	path := filepath.Join(c.Webhook.SecretsDir, h.name)
	text, err := os.ReadFile(path)
	if err != nil {
		return cfg, fmt.Errorf("webhook.secretsDir: the secrets of %s: %w", h.name, err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" {
			cfg.Secrets = append(cfg.Secrets, webhook.Secret(line))
		}
	}
	if err := cfg.Validate(); err != nil {
		return cfg, fmt.Errorf("webhook.secretsDir: %s: %w", path, err)
	}
	return cfg, nil
}

// webhookOf is that without secrets.
func (c *config) webhookOf(h hook) webhook.Config {
	w := &c.Webhook
	return webhook.Config{URL: h.url, Timeout: w.Timeout, Parallel: w.Parallel, GiveUpAfter: w.GiveUpAfter, Attempts: w.Attempts}
}

// aSecret is of the length that is wanted, and no secret.
const aSecret = "0123456789abcdef"

// postable refuses a service whatever its secrets are.
func (c *config) postable(h hook) error {
	cfg := c.webhookOf(h)
	cfg.Secrets = []webhook.Secret{aSecret}
	return cfg.Validate()
}

// webhooks refuses services that cannot be. Their secrets are read by whoever needs them.
func (c *config) webhooks() error {
	var refuse complaints
	var names []string
	for i, h := range c.hooks() {
		if !h.named() { // it may be anything, and is not repeated
			refuse.when(true, "webhook.services: service %d wants name=URL with a name of up to 40 of a-z 0-9 -, beginning with one of the first two", i+1)
			continue
		}
		refuse.when(slices.Contains(names, h.name), "webhook.services: %s is named twice", h.name)
		names = append(names, h.name)
		for _, err := range leaves(c.postable(h)) {
			refuse.when(true, "webhook.services: %s: %s", h.name, strings.TrimPrefix(err.Error(), "webhook: "))
		}
	}
	if len(c.Webhook.Services) > 0 && c.Webhook.SecretsDir == "" {
		refuse = append(refuse, errors.New("webhook.services needs webhook.secretsDir: what is posted is signed"))
	}
	return errors.Join(refuse...)
}
