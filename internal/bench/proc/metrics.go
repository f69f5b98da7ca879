package proc

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Metrics is one scrape, by series: name{labels} as the server wrote it.
type Metrics map[string]float64

// Scrape reads Prometheus text from a URL.
func Scrape(ctx context.Context, client *http.Client, url string) (Metrics, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("scraping: %w", err)
	}
	req.Header.Set("Accept-Encoding", "identity") // the measured process has better things to do than to compress
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("scraping: %w", err)
	}
	defer resp.Body.Close() // read to its end
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("scraping: status %d", resp.StatusCode)
	}
	return parseMetrics(resp.Body)
}

func parseMetrics(r io.Reader) (Metrics, error) {
	m := Metrics{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		cut := strings.LastIndexByte(line, ' ')
		if cut < 0 || line[0] == '#' {
			continue
		}
		v, err := strconv.ParseFloat(line[cut+1:], 64)
		if err != nil {
			return nil, fmt.Errorf("reading metric %q: %w", line[:cut], err)
		}
		m[line[:cut]] = v
	}
	return m, lines.Err()
}

// Sum adds the series of a name that carry every one of the labels, each written name="value".
func (m Metrics) Sum(name string, labels ...string) float64 {
	var sum float64
	for series, v := range m {
		got, rest, _ := strings.Cut(series, "{")
		if got == name && containsAll(rest, labels) {
			sum += v
		}
	}
	return sum
}

func containsAll(text string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}
