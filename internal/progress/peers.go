package progress

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
)

// address is one place where a peer may answer.
type address struct {
	url string // as configured, with the path
	ip  string // of the host; "" when it could not be found
}

// name is how the address appears in an answer.
func (a address) name() string {
	if a.ip == "" {
		return a.url
	}
	return a.url + " (" + a.ip + ")"
}

// dialTo carries the address that a request must go to, since a URL has only the host's name.
type dialTo struct{}

// newClient asks one address per request, and keeps no connection: the next request may
// be for another address of that host.
func newClient() *http.Client {
	dialer := &net.Dialer{}
	return &http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, network, hostport string) (net.Conn, error) {
				if ip, ok := ctx.Value(dialTo{}).(string); ok {
					_, port, err := net.SplitHostPort(hostport)
					if err != nil {
						return nil, err
					}
					hostport = net.JoinHostPort(ip, port)
				}
				return dialer.DialContext(ctx, network, hostport)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// askPeers asks every address of every peer at once. A process that is reached twice, or
// that is this one, counts once.
func (p *Progress) askPeers(ctx context.Context) (parts []Answer, unreachable []string) {
	addresses, unreachable := p.addresses(ctx)
	answers := make([]Answer, len(addresses))
	errs := make([]error, len(addresses))
	var asking sync.WaitGroup
	for i, a := range addresses {
		asking.Go(func() { answers[i], errs[i] = p.askPeer(ctx, a) })
	}
	asking.Wait()
	met := map[string]bool{p.process: true}
	for i, a := range addresses {
		switch {
		case errs[i] != nil:
			p.deps.Observer.Unanswered(a.name(), errs[i])
			unreachable = append(unreachable, a.name())
		case !met[answers[i].Process]:
			met[answers[i].Process] = true
			parts = append(parts, answers[i])
		}
	}
	return parts, unreachable
}

// addresses finds those of every peer; what cannot be found, or is over the limit, is unreachable.
func (p *Progress) addresses(ctx context.Context) (found []address, unreachable []string) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.PeerTimeout)
	defer cancel()
	for _, peer := range p.cfg.Peers {
		u, err := url.Parse(peer)
		if err == nil {
			peer = u.JoinPath(path).String()
		}
		var ips []string
		if err == nil {
			ips, err = p.lookup(ctx, u.Hostname())
		}
		if err != nil {
			p.deps.Observer.Unanswered(peer, err)
			unreachable = append(unreachable, peer)
			continue
		}
		for _, ip := range ips {
			a := address{url: peer, ip: ip}
			if len(found) == p.cfg.MaxAddresses {
				unreachable = append(unreachable, a.name())
				continue
			}
			found = append(found, a)
		}
	}
	return found, unreachable
}

func (p *Progress) askPeer(ctx context.Context, a address) (Answer, error) {
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, dialTo{}, a.ip), p.cfg.PeerTimeout)
	defer cancel()
	var part Answer
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url, nil)
	if err != nil {
		return part, fmt.Errorf("making the request: %w", err)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return part, fmt.Errorf("asking a peer: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return part, fmt.Errorf("asking a peer: it answered %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, p.cfg.MaxPartSize+1))
	switch {
	case err != nil:
		return part, fmt.Errorf("reading a peer's answer: %w", err)
	case int64(len(body)) > p.cfg.MaxPartSize:
		return part, errors.New("reading a peer's answer: it is too long")
	}
	if err := json.Unmarshal(body, &part); err != nil {
		return part, fmt.Errorf("decoding a peer's answer: %w", err)
	}
	if part.Process == "" {
		return part, errors.New("asking a peer: this is not an ops listener")
	}
	return part, part.bound()
}
