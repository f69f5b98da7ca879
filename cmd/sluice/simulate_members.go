package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	orderdocs "sluice/internal/simulate/documents"
	oracle "sluice/internal/simulate/levels"
	"sluice/schemas"
)

// askedMembers asks the query API for members.
type askedMembers struct {
	base   string
	key    string
	client *http.Client
}

func newAskedMembers(base, key string, connections int) *askedMembers {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}
	return &askedMembers{base: strings.TrimSuffix(base, "/"), key: key, client: &http.Client{Transport: transport, Timeout: memberTimeout}}
}

const (
	memberTimeout = 10 * time.Second
	memberRetries = 60 // a second apart: a store that reads back what it lost answers 503 until it is done
	maxMemberBody = 8 << 20
	ordersPage    = 500 // of a member's orders that one request asks for: as many as it may
)

// Member asks for a member's level and its counts.
func (m *askedMembers) Member(ctx context.Context, id, from, to string) (a oracle.Answer, err error) {
	var member struct {
		At         int64  `json:"at"`
		Level      string `json:"level"`
		ValidUntil int64  `json:"validUntil"`
		Epoch      int64  `json:"epoch"`
		Version    int64  `json:"version"`
	}
	var counts struct {
		Days []struct {
			Date   string `json:"date"`
			Orders int    `json:"orders"`
		} `json:"days"`
		Months []struct {
			Period string `json:"period"`
			Orders int    `json:"orders"`
		} `json:"months"`
	}
	path := "/v1/members/" + url.PathEscape(id)
	err = m.ask(ctx, path, &member)
	if err == nil {
		err = m.ask(ctx, path+"/counts?from="+from+"&to="+to, &counts)
	}
	a = oracle.Answer{
		At: member.At, Level: member.Level, ValidUntil: member.ValidUntil, Epoch: member.Epoch, Version: member.Version,
		Days: map[string]int{}, Months: map[string]int{},
	}
	for _, d := range counts.Days {
		if d.Orders != 0 {
			a.Days[d.Date] = d.Orders
		}
	}
	for _, of := range counts.Months {
		if of.Orders != 0 {
			a.Months[of.Period] = of.Orders
		}
	}
	return a, err
}

// Orders asks for a member's orders, page after page. Pages go by order ids: of two documents of one order the second is passed
// over where a page ends between them.
func (m *askedMembers) Orders(ctx context.Context, id string, most int) (all []orderdocs.Document, err error) {
	for cursor := ""; ; {
		var page struct {
			Orders []orderdocs.Document `json:"orders"`
			Next   string               `json:"next"`
		}
		path := "/v1/orders?memberId=" + url.QueryEscape(id) + "&limit=" + strconv.Itoa(ordersPage)
		if cursor != "" {
			path += "&cursor=" + url.QueryEscape(cursor)
		}
		if err := m.ask(ctx, path, &page); err != nil {
			return nil, err
		}
		all, cursor = append(all, page.Orders...), page.Next
		if cursor == "" || len(all) >= most {
			return all, nil
		}
		if len(page.Orders) == 0 {
			return nil, errors.New("an empty page of orders says that there are more")
		}
	}
}

// HasOrder asks for an order by its id.
func (m *askedMembers) HasOrder(ctx context.Context, id string) (bool, error) {
	var order struct{}
	err := m.ask(ctx, "/v1/orders/"+url.PathEscape(id), &order)
	if errors.Is(err, schemas.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// ask asks until there is an answer.
func (m *askedMembers) ask(ctx context.Context, path string, answer any) error {
	for tries := 0; ; tries++ {
		status, err := m.once(ctx, path, answer)
		if err == nil || ctx.Err() != nil || tries == memberRetries || status != 0 && status < http.StatusInternalServerError && status != http.StatusTooManyRequests {
			return err
		}
		timer := time.NewTimer(time.Second)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

// once asks once; the status is 0 when there was no answer.
func (m *askedMembers) once(ctx context.Context, path string, answer any) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.base+path, http.NoBody)
	if err != nil {
		return http.StatusBadRequest, fmt.Errorf("making the request: %w", err)
	}
	if m.key != "" {
		req.Header.Set("Authorization", "Bearer "+m.key)
	}
	resp, err := m.client.Do(req)
	if err != nil {
		return 0, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxMemberBody))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return 0, fmt.Errorf("reading the answer: %w", err)
	}
	if resp.StatusCode == http.StatusNotFound {
		return resp.StatusCode, fmt.Errorf("the query API answered 404: %w", schemas.ErrNotFound)
	}
	if resp.StatusCode != http.StatusOK {
		return resp.StatusCode, fmt.Errorf("the query API answered %d", resp.StatusCode)
	}
	if err := json.Unmarshal(body, answer); err != nil {
		return resp.StatusCode, fmt.Errorf("decoding the answer: %w", err)
	}
	return resp.StatusCode, nil
}

func (m *askedMembers) close() error {
	m.client.CloseIdleConnections()
	return nil
}
