package spoil

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"time"
)

// Script decides what becomes of a bulk request that carries writes of those ids. It is called by
// one request after the other.
type Script func(ids []string) Answer

// Config says where the way leads.
type Config struct {
	Target string // the URL behind it
	Listen string // host:port; "" = a free port of loopback
}

// Store is the way. While no script plays, every byte passes as it comes; a connection behind it
// that fails or breaks breaks the one before it, as if there were only one.
type Store struct {
	target   string
	listener net.Listener
	server   *http.Server
	client   *http.Client

	mu     sync.Mutex
	script Script     // nil = everything passes
	seen   [][]string // the ids of the last bulk requests since the script began
	tally  Tally
}

// maxSeen bounds the requests whose ids are remembered.
const maxSeen = 10_000

// New listens, so that the address is known; nothing is answered before Run.
func New(cfg Config) (*Store, error) {
	base, err := url.Parse(cfg.Target)
	if err != nil || base.Host == "" {
		return nil, errors.Join(fmt.Errorf("spoiling answers: the target %q is no URL", cfg.Target), err)
	}
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", cfg.Listen) //nolint:noctx // it does not wait
	if err != nil {
		return nil, fmt.Errorf("spoiling answers: %w", err)
	}
	transport := &http.Transport{
		DisableCompression: true, MaxIdleConnsPerHost: maxIdle, IdleConnTimeout: idleFor,
		DialContext: (&net.Dialer{Timeout: dialFor}).DialContext,
	}
	s := &Store{target: cfg.Target, listener: listener, client: &http.Client{Transport: transport}}
	through := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(base); r.Out.Host = base.Host },
		Transport: transport, FlushInterval: -1,
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	s.server = &http.Server{
		ReadHeaderTimeout: idleFor,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if script := s.playing(); script == nil || r.URL.Path != "/_bulk" {
				through.ServeHTTP(w, r)
				return
			}
			s.bulk(w, r)
		}),
	}
	return s, nil
}

const (
	maxIdle = 64
	idleFor = time.Minute
	dialFor = 10 * time.Second
)

// Run answers until ctx ends. Then it breaks what is under way.
func (s *Store) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = s.server.Close() }) // Serve says that it was closed
	defer stop()
	defer s.client.CloseIdleConnections()
	if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("spoiling answers: %w", err)
	}
	return nil
}

// URL is where it answers.
func (s *Store) URL() string { return "http://" + s.listener.Addr().String() }

// Play changes the script and forgets what was seen; nil passes everything on.
func (s *Store) Play(script Script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script, s.seen, s.tally = script, nil, Tally{}
}

// Requests are the ids of the last bulk requests since the script began.
func (s *Store) Requests() [][]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// Spoilt says what the script has done so far.
func (s *Store) Spoilt() Tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tally
}

func (s *Store) playing() Script {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.script
}

// ask notes a request and has the script decide.
func (s *Store) ask(ids []string) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.script == nil {
		return Answer{} // it ended meanwhile
	}
	s.seen = append(s.seen, ids)
	if len(s.seen) > maxSeen {
		s.seen = slices.Delete(s.seen, 0, maxSeen/10)
	}
	what := s.script(ids)
	s.tally.add(what.spoils(len(ids)))
	return what
}
