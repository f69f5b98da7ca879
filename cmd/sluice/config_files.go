package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"sluice/internal/apikeys"
)

// files refuses certificates that cannot be read. The file of API keys is read by whoever
// needs it.
func (c *config) files() error {
	var refuse complaints
	for _, file := range [...]struct{ key, path string }{{"kafka.tls.caFile", c.Kafka.TLS.CAFile}, {"elastic.caFile", c.Elastic.CAFile}, {"redis.caFile", c.Redis.CAFile}} {
		if err := checkAuthority(file.path); err != nil {
			refuse = append(refuse, fmt.Errorf("%s: %w", file.key, err))
		}
	}
	if c.Kafka.TLS.CertFile != "" && c.Kafka.TLS.KeyFile != "" {
		_, err := tls.LoadX509KeyPair(c.Kafka.TLS.CertFile, c.Kafka.TLS.KeyFile)
		refuse.when(err != nil, "kafka.tls.certFile and kafka.tls.keyFile: %v", err)
	}
	return errors.Join(refuse...)
}

// filesOfRoles refuses files that only some roles read, and processes of others need not have: those of API keys, and of
// webhooks' secrets. A setting that is refused for itself is not complained of once more.
func (c *config) filesOfRoles() error {
	var refuse complaints
	if keys := c.keys(); keys.Validate() == nil {
		if _, err := apikeys.New(keys); err != nil {
			refuse = append(refuse, fmt.Errorf("keys.file: %w", err))
		}
	}
	for _, h := range c.hooks() {
		if c.Webhook.SecretsDir == "" || !h.named() || c.postable(h) != nil {
			continue
		}
		if _, err := c.webhook(h); err != nil {
			refuse = append(refuse, err)
		}
	}
	return errors.Join(refuse...)
}

// checkAuthority reads a file of certificates; "" is no file.
func checkAuthority(path string) error {
	if path == "" {
		return nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !x509.NewCertPool().AppendCertsFromPEM(pem) {
		return fmt.Errorf("no certificate in %s: it wants PEM", path)
	}
	return nil
}
