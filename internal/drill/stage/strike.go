package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Strike ends what still runs on the stage, its own Redis servers too, and deletes its topics, groups and indices. The
// other servers have to answer. What is in the house's Redis goes with the house.
func (s *Stage) Strike(ctx context.Context) error {
	var errs []error
	for _, p := range s.All() {
		errs = append(errs, p.Kill())
	}
	errs = append(errs, s.close(), s.unlay(ctx))
	if s.house.kafka.Sweeper != nil {
		errs = append(errs, s.house.kafka.Sweep(ctx, s.cast.Prefix))
	}
	if s.cast.ElasticDisk > 0 {
		errs = append(errs, s.house.widen(ctx))
	} else {
		errs = append(errs, sweepElastic(ctx, s.house.Elastic(), s.cast.Prefix))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("striking the stage: %w", err)
	}
	return nil
}

const elasticAnswers = 30 * time.Second

// sweepElastic deletes every index and template whose name begins with the prefix.
func sweepElastic(ctx context.Context, url, prefix string) error {
	client := &http.Client{Timeout: elasticAnswers}
	defer client.CloseIdleConnections()
	var indices []struct {
		Index string `json:"index"`
	}
	if err := tell(ctx, client, http.MethodGet, url+"/_cat/indices/"+prefix+"*?format=json&expand_wildcards=all", &indices); err != nil {
		return err
	}
	var errs []error
	for _, i := range indices {
		errs = append(errs, tell(ctx, client, http.MethodDelete, url+"/"+i.Index, nil))
	}
	var templates struct {
		Templates []struct {
			Name string `json:"name"`
		} `json:"index_templates"`
	}
	if err := tell(ctx, client, http.MethodGet, url+"/_index_template/"+prefix+"*", &templates); err != nil {
		return errors.Join(append(errs, err)...)
	}
	for _, t := range templates.Templates {
		errs = append(errs, tell(ctx, client, http.MethodDelete, url+"/_index_template/"+t.Name, nil))
	}
	return errors.Join(errs...)
}

// tell makes a request of Elasticsearch and reads its answer; what is not there is no error.
func tell(ctx context.Context, client *http.Client, method, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxListingBytes))
	switch {
	case err != nil:
		return err
	case resp.StatusCode == http.StatusNotFound:
		return nil
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("%s %s: status %d", method, req.URL.Path, resp.StatusCode)
	case into == nil:
		return nil
	}
	return json.Unmarshal(text, into)
}

const maxListingBytes = 16 << 20
