package httpserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/net/netutil"
)

// ErrStopping is what Ready says once the stop has begun.
var ErrStopping = errors.New("stopping")

// Server serves one handler on one listener.
type Server struct {
	cfg      Config
	http     *http.Server
	listener net.Listener
	stopping atomic.Bool
}

// New takes the listener's address at once, so that a port in use is an error of the
// start, and Addr is known before Run. What net/http has to say of broken connections goes to errorLog; nil
// discards it. Whoever does not call Run calls Close.
func New(cfg Config, handler http.Handler, errorLog *log.Logger) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	listener, err := net.Listen("tcp", cfg.Listen) //nolint:noctx // it returns at once
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	if errorLog == nil {
		errorLog = log.New(io.Discard, "", 0)
	}
	s := &Server{cfg: cfg, listener: netutil.LimitListener(listener, cfg.MaxConns)}
	s.http = &http.Server{
		Handler:           s.farewell(handler),
		ReadHeaderTimeout: cfg.HeaderTimeout,
		ReadTimeout:       cfg.ReadTimeout,
		WriteTimeout:      cfg.WriteTimeout,
		IdleTimeout:       cfg.IdleTimeout,
		MaxHeaderBytes:    cfg.MaxHeaderBytes,
		ErrorLog:          errorLog,
	}
	return s, nil
}

// farewell ends each connection with its next answer once the stop has begun. A client that is
// told so sends its next request elsewhere; one whose idle connection is just closed may
// have sent it already, and sees an error.
func (s *Server) farewell(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// Addr is the address that the server listens on.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Ready is a readiness check: ErrStopping once the stop has begun, else nil.
func (s *Server) Ready(context.Context) error {
	if s.stopping.Load() {
		return ErrStopping
	}
	return nil
}

// Close gives the address back without serving.
func (s *Server) Close() error { return s.listener.Close() }

// Run serves until ctx ends. Then Ready says no and each answer is its connection's last,
// and after StopGrace no connection is accepted any more; requests in flight have DrainTimeout to finish and are cut after it. It
// returns nil after a stop in which every request finished. It is called once.
func (s *Server) Run(ctx context.Context) error {
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(s.listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	grace := time.NewTimer(s.cfg.StopGrace)
	defer grace.Stop()
	select {
	case err := <-served:
		return fmt.Errorf("serving: %w", err)
	case <-grace.C:
	}
	return s.drain(context.WithoutCancel(ctx), served)
}

// drain ends the server; served yields its last word.
func (s *Server) drain(ctx context.Context, served <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.DrainTimeout)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = fmt.Errorf("finishing requests in flight: %w", errors.Join(err, s.http.Close()))
	}
	if last := <-served; !errors.Is(last, http.ErrServerClosed) {
		err = errors.Join(err, fmt.Errorf("serving: %w", last))
	}
	return err
}
