package elastic

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"
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

// client is the one way to Elasticsearch; every part of this package has one of its own. It is the official client's
// transport without its root package: that one imports the typed API, 860 packages which made up half of what the
// linker reads and of what a first build compiles (TestTheTypedAPIStaysOut).
type client struct {
	cfg     Config
	es      *elastictransport.Client
	conns   *http.Transport
	genuine atomic.Bool // a first answer said that it is Elasticsearch
}

func newClient(cfg Config) (*client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	apiKey, keyErr := readSecret("API key", cfg.APIKey, cfg.APIKeyFile)
	password, passErr := readSecret("password", cfg.Password, cfg.PasswordFile)
	conns, tlsErr := newTransport(cfg)
	urls, urlErr := parseURLs(cfg.URLs)
	if err := errors.Join(keyErr, passErr, tlsErr, urlErr); err != nil {
		return nil, err
	}
	es, err := elastictransport.NewClient(
		elastictransport.WithURLs(urls...),
		elastictransport.WithAPIKey(apiKey),
		elastictransport.WithBasicAuth(cfg.Username, password),
		elastictransport.WithTransport(conns),
		// A write is retried item by item, by its lane; a read by whoever asked.
		elastictransport.WithDisableRetry(),
	)
	if err != nil {
		return nil, fmt.Errorf("making the Elasticsearch client: %w", err)
	}
	return &client{cfg: cfg, es: es, conns: conns}, nil
}

// parseURLs reads the nodes' addresses, which have been validated.
func parseURLs(addresses []string) ([]*url.URL, error) {
	urls := make([]*url.URL, len(addresses))
	for i, address := range addresses {
		var err error
		if urls[i], err = url.Parse(strings.TrimRight(address, "/")); err != nil {
			return nil, fmt.Errorf("reading the address of node %d: it is no URL", i+1)
		}
	}
	return urls, nil
}

// close ends the idle connections; one in use ends with its request.
func (c *client) close() { c.conns.CloseIdleConnections() }

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
