package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"sluice/internal/doctor"
)

// webhookPart are the services that changes of level are posted to. Nothing is posted to them here.
func webhookPart(cfg *config) doctor.Part {
	part := doctor.Part{Name: "webhooks"}
	for _, h := range cfg.hooks() {
		name := webhookPrefix + h.name
		part.Checks = append(part.Checks,
			doctor.Check{What: "webhook", Where: name, Run: func(ctx context.Context) []doctor.Finding { return checkService(ctx, name, h.url) }},
			doctor.Check{What: "secrets", Where: name, Run: func(context.Context) []doctor.Finding { return judgeSecrets(cfg, h) }})
	}
	return part
}

// checkService says whether a service can be reached from here, up to TLS. It is no failure of ours when it cannot.
func checkService(ctx context.Context, name, url string) []doctor.Finding {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	if err != nil {
		return only(doctor.Failure("webhook", name, "its URL is none", "sluice config check"))
	}
	switch proxy, err := http.ProxyFromEnvironment(request); {
	case err != nil:
		return only(doctor.Failure("webhook", name, "the proxy of this environment is none", "HTTPS_PROXY=http://host:3128"))
	case proxy != nil:
		return only(doctor.Skipped("webhook", name, "it is reached by the proxy "+proxy.Host+", which is not asked"))
	}
	j := judged{what: "webhook", where: name}
	if err := shakeHands(ctx, request); err != nil {
		j.warn("sluice doctor # on a machine of the role pipelines; then the way out to "+request.URL.Host+", or the service's owners: "+runbook("WebhookBehind"), "%v", err)
	}
	return j.or("answers at %s", request.URL.Host)
}

// shakeHands connects to where a request would go.
func shakeHands(ctx context.Context, request *http.Request) error {
	port := request.URL.Port()
	if port == "" {
		port = request.URL.Scheme
	}
	addr := net.JoinHostPort(request.URL.Hostname(), port)
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("dialling %s: %w", addr, err)
	}
	if request.URL.Scheme != "https" {
		return connection.Close()
	}
	secure := tls.Client(connection, &tls.Config{ServerName: request.URL.Hostname(), MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(ctx); err != nil {
		return errors.Join(fmt.Errorf("securing the connection to %s: %w", addr, err), connection.Close())
	}
	return secure.Close()
}

// judgeSecrets looks at the file of a service's secrets, which only the machines of the role pipelines have.
func judgeSecrets(cfg *config, h hook) []doctor.Finding {
	j := judged{what: "secrets", where: webhookPrefix + h.name}
	if _, err := os.Stat(cfg.Webhook.SecretsDir); errors.Is(err, fs.ErrNotExist) {
		return only(doctor.Skipped(j.what, j.where, "webhook.secretsDir is not on this machine: who carries pipelines needs it"))
	}
	if _, err := cfg.webhook(h); err != nil {
		file := filepath.Join(cfg.Webhook.SecretsDir, h.name)
		j.fail("openssl rand -hex 32 > "+file+" # up to three, a line each, readable by sluice; its service has to know it", "%v", err)
	}
	return j.or("fit for signing")
}
