package elastic

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// dayForm ends the name of a day index.
const dayForm = "2006.01.02"

// Retention says what Retain did.
type Retention struct {
	ByILM   bool     // the cluster drops old indices itself, by a policy that was put
	Dropped []string // indices dropped here, without the prefix
}

// Retain keeps the day indices of the last keepDays whole UTC days before today's and drops older ones, whole. family is what
// the names begin with, such as "pings-", without the prefix. A cluster that has index lifecycle management is
// told to do so itself; call it daily either way, since a new day's index has to be told.
func (s *Setup) Retain(ctx context.Context, family string, keepDays int, now time.Time) (Retention, error) {
	if keepDays < 1 || strings.Trim(family, "abcdefghijklmnopqrstuvwxyz-") != "" || !strings.HasSuffix(family, "-") {
		return Retention{}, fmt.Errorf("retaining %q: a family ends with '-' and is kept for at least one day", family)
	}
	managed, err := s.hasILM(ctx)
	if err != nil {
		return Retention{}, fmt.Errorf("retaining %s: %w", family, err)
	}
	if managed {
		return Retention{ByILM: true}, s.putPolicy(ctx, family, keepDays)
	}
	dropped, err := s.dropOlder(ctx, family, now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -keepDays))
	return Retention{Dropped: dropped}, err
}

// dropOlder deletes the indices of days before the first day to keep, one by one by their
// whole names: a wildcard in a DELETE is a risk, and often forbidden.
func (s *Setup) dropOlder(ctx context.Context, family string, first time.Time) ([]string, error) {
	prefix := s.client.cfg.IndexPrefix
	var reply struct {
		Indices []struct {
			Name string `json:"name"`
		} `json:"indices"`
	}
	listing := esapi.IndicesResolveIndexRequest{
		Name: []string{prefix + family + "*"}, ExpandWildcards: "open,closed", FilterPath: []string{"indices.name"},
	}
	if err := s.client.ask(ctx, listing, &reply); err != nil {
		return nil, fmt.Errorf("listing indices of %s: %w", family, err)
	}
	var dropped []string
	for i := range reply.Indices {
		name := reply.Indices[i].Name
		day, err := time.Parse(dayForm, strings.TrimPrefix(name, prefix+family))
		if err != nil || !day.Before(first) {
			continue // not a day index, or one to keep
		}
		if err := s.drop(ctx, name); err != nil {
			return dropped, fmt.Errorf("dropping index %s: %w", name, err)
		}
		dropped = append(dropped, strings.TrimPrefix(name, prefix))
	}
	return dropped, nil
}

// drop deletes one index; one that has gone meanwhile is as good.
func (s *Setup) drop(ctx context.Context, name string) error {
	err := s.client.ask(ctx, esapi.IndicesDeleteRequest{Index: []string{name}}, nil)
	var refused *refusal
	if errors.As(err, &refused) && refused.status == http.StatusNotFound {
		return nil
	}
	return err
}

// hasILM reports whether the cluster has index lifecycle management and has it running. A distribution
// without it does not know the address.
func (s *Setup) hasILM(ctx context.Context) (bool, error) {
	var reply struct {
		Mode string `json:"operation_mode"`
	}
	err := s.client.ask(ctx, esapi.ILMGetStatusRequest{}, &reply)
	if refused, ok := errors.AsType[*refusal](err); ok {
		switch refused.status {
		case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed:
			return false, nil
		}
	}
	return err == nil && reply.Mode == "RUNNING", err
}

// putPolicy puts the policy of a family and gives it to its indices. The age counts from the day in the
// name: an index that a replay creates today for last month is as old as its day.
func (s *Setup) putPolicy(ctx context.Context, family string, keepDays int) error {
	name := s.client.cfg.IndexPrefix + family + "retention"
	policy, policyErr := jsonBody(object{"policy": object{"phases": object{"delete": object{
		"min_age": fmt.Sprintf("%dd", keepDays+1), "actions": object{"delete": object{}},
	}}}})
	settings, settingsErr := jsonBody(object{"index.lifecycle.name": name, "index.lifecycle.parse_origination_date": true})
	if err := errors.Join(policyErr, settingsErr); err != nil {
		return fmt.Errorf("putting policy %s: %w", name, err)
	}
	if err := s.client.ask(ctx, esapi.ILMPutLifecycleRequest{Policy: name, Body: policy}, nil); err != nil {
		return fmt.Errorf("putting policy %s: %w", name, err)
	}
	giving := esapi.IndicesPutSettingsRequest{
		Index: []string{s.client.cfg.IndexPrefix + family + "*"}, Body: settings, AllowNoIndices: new(true),
	}
	if err := s.client.ask(ctx, giving, nil); err != nil {
		return fmt.Errorf("giving policy %s to its indices: %w", name, err)
	}
	return nil
}
