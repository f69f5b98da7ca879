package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/IBM/sarama"
	"github.com/xdg-go/scram"
)

// secure puts TLS and SASL into a client's settings; it reads the files.
func (c Config) secure(conf *sarama.Config) error {
	if c.TLS.Enabled {
		settings, err := c.TLS.load()
		if err != nil {
			return err
		}
		conf.Net.TLS.Enable = true
		conf.Net.TLS.Config = settings
	}
	if c.SASL.Mechanism == "" {
		return nil
	}
	conf.Net.SASL.Enable = true
	conf.Net.SASL.Mechanism = sarama.SASLMechanism(c.SASL.Mechanism)
	conf.Net.SASL.User = c.SASL.User
	conf.Net.SASL.Password = string(c.SASL.Password)
	switch c.SASL.Mechanism {
	case ScramSHA256:
		conf.Net.SASL.SCRAMClientGeneratorFunc = func() sarama.SCRAMClient { return &scramClient{hash: scram.SHA256} }
	case ScramSHA512:
		conf.Net.SASL.SCRAMClientGeneratorFunc = func() sarama.SCRAMClient { return &scramClient{hash: scram.SHA512} }
	case Plain:
	}
	return nil
}

func (t TLS) load() (*tls.Config, error) {
	settings := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("reading the certificate authorities: %w", err)
		}
		settings.RootCAs = x509.NewCertPool()
		if !settings.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("reading the certificate authorities: no certificate in the file")
		}
	}
	if t.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("reading the client's certificate: %w", err)
		}
		settings.Certificates = []tls.Certificate{pair}
	}
	return settings, nil
}

// scramClient is one SCRAM conversation, as sarama asks for it.
type scramClient struct {
	hash scram.HashGeneratorFcn
	talk *scram.ClientConversation
}

// Begin starts the conversation.
func (s *scramClient) Begin(user, password, authzID string) error {
	client, err := s.hash.NewClient(user, password, authzID)
	if err != nil {
		return fmt.Errorf("preparing SCRAM: %w", err)
	}
	s.talk = client.NewConversation()
	return nil
}

// Step answers the server's challenge.
func (s *scramClient) Step(challenge string) (string, error) { return s.talk.Step(challenge) }

// Done reports whether the conversation is over.
func (s *scramClient) Done() bool { return s.talk.Done() }
