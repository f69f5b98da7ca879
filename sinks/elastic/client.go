package elastic

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/elastic/go-elasticsearch/v8"
)

// How connections are kept.
const (
	dialTimeout     = 5 * time.Second
	idleTimeout     = 90 * time.Second
	keepAlive       = 30 * time.Second
	socketBufBytes  = 64 << 10
	spareIdleConns  = 8 // beside the bulk requests: set-up, reads, probes
	maxHeaderBytes  = 64 << 10
	minTLSVersion   = tls.VersionTLS12
	tlsHandshakeMax = 10 * time.Second
)

// client is the one way to Elasticsearch; every part of this package has one of its own.
type client struct {
	cfg       Config
	es        *elasticsearch.BaseClient
	transport *http.Transport
}

func newClient(cfg Config) (*client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	apiKey, keyErr := readSecret("API key", cfg.APIKey, cfg.APIKeyFile)
	password, passErr := readSecret("password", cfg.Password, cfg.PasswordFile)
	transport, tlsErr := newTransport(cfg)
	if err := errors.Join(keyErr, passErr, tlsErr); err != nil {
		return nil, err
	}
	es, err := elasticsearch.NewBaseClient(elasticsearch.Config{
		Addresses: cfg.URLs,
		APIKey:    apiKey,
		Username:  cfg.Username,
		Password:  password,
		Transport: transport,
		// A write is retried item by item, by its lane; a read by whoever asked.
		DisableRetry: true,
	})
	if err != nil {
		return nil, fmt.Errorf("making the Elasticsearch client: %w", err)
	}
	return &client{cfg: cfg, es: es, transport: transport}, nil
}

// close ends the idle connections; one in use ends with its request.
func (c *client) close() { c.transport.CloseIdleConnections() }

func newTransport(cfg Config) (*http.Transport, error) {
	roots, err := readRoots(cfg.CAFile)
	if err != nil {
		return nil, err
	}
	conns := cfg.MaxInFlight + spareIdleConns
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: minTLSVersion, RootCAs: roots},
		TLSHandshakeTimeout:    tlsHandshakeMax,
		MaxIdleConns:           conns * len(cfg.URLs),
		MaxIdleConnsPerHost:    conns,
		IdleConnTimeout:        idleTimeout,
		WriteBufferSize:        socketBufBytes,
		ReadBufferSize:         socketBufBytes,
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableCompression:     !cfg.Gzip,
	}, nil
}

// readRoots reads the certificates to trust; nil means the system's.
func readRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // nil is how crypto/tls spells the system's roots
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading CA file: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("reading CA file: no certificate in it")
	}
	return roots, nil
}
