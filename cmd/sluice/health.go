package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// healthCmd is `sluice health`: what a container's health check runs, where there is no shell and no curl.
type healthCmd struct {
	configFlag
	Live    bool          `help:"Ask only whether the process answers at all, not whether it is ready."`
	Timeout time.Duration `help:"For the answer." default:"5s"`
}

// Help is the long text of --help.
func (healthCmd) Help() string {
	return `Asks the process beside it, at ops.listen, whether it is ready, and exits with 0 or 1; what is not ready is named.

Example:
  sluice health
  SLUICE_OPS_LISTEN=127.0.0.1:9101 sluice health --live`
}

// maxHealthAnswer is more than an honest answer has, in bytes.
const maxHealthAnswer = 64 << 10

// Run asks once.
func (c *healthCmd) Run(ctx context.Context, p *process) error {
	if err := aboveZero("--timeout", c.Timeout); err != nil {
		return usage(err)
	}
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	path := "/readyz"
	if c.Live {
		path = "/healthz"
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	address, err := reachable(cfg.Ops.Listen)
	if err != nil {
		return usage(err)
	}
	said, err := askHealth(ctx, "http://"+address+path)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(p.stdout, said); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

// reachable is where a listener of this machine is asked: one on every address answers on loopback.
func reachable(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("reading ops.listen: %w", err)
	}
	if port == "0" {
		return "", fmt.Errorf("ops.listen is %s: a port that the process chose cannot be known here", listen)
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
		if ip != nil && ip.To4() == nil {
			host = "::1"
		}
	}
	return net.JoinHostPort(host, port), nil
}

// askHealth returns one word when the answer is 200, else an error that names what is not ready.
func askHealth(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", fmt.Errorf("asking %s: %w", url, err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("asking %s: %w", url, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxHealthAnswer))
	if err != nil {
		return "", fmt.Errorf("reading the answer of %s: %w", url, err)
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answers %d%s", url, response.StatusCode, unready(body))
	}
	if strings.HasSuffix(url, "/healthz") {
		return "alive", nil
	}
	return "ready", nil
}

// unready names the checks of a /readyz answer that fail, each with its reason.
func unready(body []byte) string {
	var answer struct {
		Checks []struct {
			Name  string `json:"name"`
			Ready bool   `json:"ready"`
			Error string `json:"error"`
		} `json:"checks"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return "" // not an answer of ours: the status is all there is to say
	}
	var out strings.Builder
	for _, check := range answer.Checks {
		if !check.Ready {
			fmt.Fprintf(&out, "\n  %s: %s", check.Name, check.Error)
		}
	}
	return out.String()
}
