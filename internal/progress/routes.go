package progress

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"sluice/internal/httpserver"
	"sluice/internal/problem"
)

// path is that of both listeners.
const path = "/v1/pipelines"

// Routes is the endpoint for clients: everything that is known, from everybody.
func (p *Progress) Routes() []httpserver.Route {
	return []httpserver.Route{{Method: http.MethodGet, Path: path, Handler: p.deps.Keys.Guard(http.HandlerFunc(p.serveAll))}}
}

// OpsRoutes is the endpoint for peers, on a listener that no client reaches: what this
// process knows by itself.
func (p *Progress) OpsRoutes() []httpserver.Route {
	return []httpserver.Route{{Method: http.MethodGet, Path: path, Handler: http.HandlerFunc(p.serveOwn)}}
}

func (p *Progress) serveAll(w http.ResponseWriter, r *http.Request) {
	if r.URL.RawQuery != "" {
		problem.Write(w, &problem.Problem{
			Status: http.StatusBadRequest, Code: problem.CodeBadParameters, Detail: "errors says which parameters, and why",
			Errors: []problem.Item{{Code: problem.CodeUnknownParameter, Detail: "this takes no parameters"}},
		})
		return
	}
	answer, err := p.answer(r.Context())
	if err != nil {
		return // the client has gone
	}
	write(w, &answer)
}

func (p *Progress) serveOwn(w http.ResponseWriter, _ *http.Request) {
	own := p.own()
	write(w, &own)
}

// answer is at most Fresh old. Whoever comes while somebody asks waits for the same
// answer; the error is only that ctx has ended meanwhile.
func (p *Progress) answer(ctx context.Context) (Answer, error) {
	for {
		p.mu.Lock()
		if answer := p.seen; time.Since(p.seenAt) < p.cfg.Fresh {
			p.mu.Unlock()
			return answer, nil
		}
		looking := p.looking
		if looking == nil {
			p.looking = make(chan struct{})
		}
		p.mu.Unlock()
		if looking == nil {
			p.look(ctx)
			continue
		}
		select {
		case <-looking:
		case <-ctx.Done():
			return Answer{}, ctx.Err()
		}
	}
}

// look asks everybody, for all who wait: that one of them leaves must not end it.
func (p *Progress) look(ctx context.Context) {
	defer func() { // also when a dependency panics
		p.mu.Lock()
		defer p.mu.Unlock()
		close(p.looking)
		p.looking = nil
	}()
	v := p.ask(context.WithoutCancel(ctx))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remember(v.samples)
	p.seen, p.seenAt = v.merge(p.cfg.Pipelines, p.past), v.at
}

func write(w http.ResponseWriter, answer *Answer) {
	body, err := json.Marshal(answer)
	if err != nil {
		panic("encoding plain text and numbers: " + err.Error())
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // an error is a client that has gone
}
