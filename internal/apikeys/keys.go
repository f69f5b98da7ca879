// Package apikeys tells clients apart by their API keys and holds each to its quota.
//
// Keys come from a file (see New); secrets themselves are never stored. The number of
// clients, and so of all that is kept per client, is the number of lines of that file.
package apikeys

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"os"
	"strings"

	"sluice/internal/problem"
)

// Keys knows the clients. It is safe for use from many goroutines at once.
type Keys struct {
	cfg     Config
	clients map[string]*Client
}

// New reads the key file that cfg names. Without one there are no clients and no quotas:
// every request is let in, as nobody.
func New(cfg Config) (*Keys, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	k := &Keys{cfg: cfg, clients: map[string]*Client{}}
	if cfg.File == "" {
		return k, nil
	}
	file, err := os.Open(cfg.File)
	if err != nil {
		return nil, fmt.Errorf("reading API keys: %w", err)
	}
	entries, err := parse(file)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return nil, fmt.Errorf("reading API keys: %w", err)
	}
	for _, e := range entries {
		k.clients[e.id] = newClient(e, cfg)
	}
	return k, nil
}

// Open reports that no keys are configured: every request is let in.
func (k *Keys) Open() bool { return len(k.clients) == 0 }

// Client is who sends r, nil when no keys are configured. ok is false when r carries no
// key or a wrong one. The time taken does not tell how much of a secret was right.
func (k *Keys) Client(r *http.Request) (client *Client, ok bool) {
	if k.Open() {
		return nil, true
	}
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return nil, false
	}
	id, secret, found := strings.Cut(token, ".")
	if !found || secret == "" {
		return nil, false
	}
	sum := sha256.Sum256([]byte(secret))
	client, known := k.clients[id]
	if !known {
		return nil, false
	}
	match := 0
	for i := range client.hashes {
		match |= subtle.ConstantTimeCompare(sum[:], client.hashes[i][:])
	}
	return client, match == 1
}

// Guard lets only requests with a key through to next.
func (k *Keys) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := k.Client(r); !ok {
			Refuse(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Refuse answers 401.
func Refuse(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="sluice"`)
	problem.Write(w, &problem.Problem{
		Status: http.StatusUnauthorized, Code: problem.CodeUnauthorized,
		Detail: "this needs the header Authorization: Bearer <id>.<secret>",
	})
}
