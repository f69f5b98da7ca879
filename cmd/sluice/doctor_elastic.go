package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sluice/internal/doctor"
	"sluice/schemas"
	"sluice/sinks/elastic"
)

// elasticPart is Elasticsearch and what sluice has there.
func elasticPart(cfg *config) (doctor.Part, func() error, error) {
	var looks []*elastic.Inspector
	closer := func() error {
		for _, look := range looks {
			look.Close()
		}
		return nil
	}
	part := doctor.Part{Name: "Elasticsearch"}
	for _, url := range cfg.Elastic.URLs {
		one := cfg.elastic()
		one.URLs = []string{url}
		look, err := elastic.NewInspector(one)
		if err != nil {
			return part, closer, err
		}
		looks = append(looks, look)
		part.Reach = append(part.Reach, doctor.Check{What: "elastic", Where: url, Run: func(ctx context.Context) []doctor.Finding {
			nodes, err := look.Nodes(ctx)
			return remindOfData(ctx, cfg, judgeURL(url, nodes, err), err)
		}})
	}
	set, err := newSetup(cfg)
	if err != nil {
		return part, closer, err
	}
	look, err := elastic.NewInspector(cfg.elastic())
	if err != nil {
		return part, closer, err
	}
	looks = append(looks, look)
	part.Checks = append(clusterChecks(cfg, look), indexChecks(cfg, look, set)...)
	return part, func() error { set.Close(); return closer() }, nil
}

// clusterChecks look at what the cluster has for everybody.
func clusterChecks(cfg *config, look *elastic.Inspector) []doctor.Check {
	return []doctor.Check{
		{What: "nodes", Where: "elastic", Run: func(ctx context.Context) []doctor.Finding {
			nodes, err := look.Nodes(ctx)
			if err != nil {
				return only(elasticFailed("nodes", "elastic", err))
			}
			var found []doctor.Finding
			for _, node := range nodes {
				found = append(found, judgeNode(cfg, node)...)
			}
			return found
		}},
		{What: "cluster", Where: "elastic", Run: func(ctx context.Context) []doctor.Finding {
			health, err := look.Health(ctx)
			if err != nil {
				return only(elasticFailed("cluster", "elastic", err))
			}
			limits, err := look.Limits(ctx)
			if err != nil {
				return append(judgeHealth(cfg, health), doctor.Skipped("shards", "elastic", err.Error()))
			}
			return append(judgeHealth(cfg, health), judgeLimits(cfg, health, limits)...)
		}},
		{What: "privileges", Where: "elastic", Run: func(ctx context.Context) []doctor.Finding {
			missing, known, err := look.Rights(ctx)
			switch {
			case err != nil:
				return only(elasticFailed("privileges", "elastic", err))
			case !known:
				return only(doctor.Skipped("privileges", "elastic", "the cluster has no security, or does not say; everything above could be read"))
			}
			return judgeRights(missing)
		}},
	}
}

// judgeURL says whether one address is Elasticsearch, of a version that sluice speaks.
func judgeURL(url string, nodes []elastic.Node, err error) []doctor.Finding {
	j := judged{what: "elastic", where: url}
	switch {
	case err != nil:
		return only(elasticFailed("elastic", url, err))
	case len(nodes) == 0:
		j.fail("SLUICE_ELASTIC_URLS=http://host:9200 of a node of Elasticsearch", "answers, but names no node")
		return j.found
	}
	for _, node := range nodes {
		switch major, _, _ := strings.Cut(node.Version, "."); major {
		case "8":
		case "9":
			j.warn("run Elasticsearch 8.19, which sluice is tested with", "node %s is version %s", node.Name, node.Version)
		default:
			j.fail("run Elasticsearch 8.x", "node %s is version %q, sluice speaks to 8.x", node.Name, node.Version)
		}
	}
	return j.or("answers: %s, version %s", count(len(nodes), "node"), nodes[0].Version)
}

// elasticFailed is the finding when a question has no answer.
func elasticFailed(what, where string, err error) doctor.Finding {
	unknown, forbidden := elastic.Denied(err)
	fix := "SLUICE_ELASTIC_URLS=http://host:9200 # of a node that runs; or start this one"
	switch {
	case unknown:
		fix = "SLUICE_ELASTIC_API_KEY_FILE=/etc/sluice/elastic-key # or SLUICE_ELASTIC_USERNAME and SLUICE_ELASTIC_PASSWORD_FILE"
	case forbidden:
		fix = "give this user's role the cluster privilege monitor, and view_index_metadata on its indices"
	case strings.Contains(err.Error(), "x509"):
		fix = "SLUICE_ELASTIC_CA_FILE=/path/to/http_ca.crt"
	case strings.Contains(err.Error(), "HTTP response to HTTPS"):
		fix = "SLUICE_ELASTIC_URLS=" + strings.Replace(where, "https:", "http:", 1)
	case errors.Is(err, context.DeadlineExceeded):
		fix = "sluice doctor # again; when it stays: curl …/_nodes/hot_threads"
	case !errors.Is(err, schemas.ErrUnavailable):
		fix = "sluice doctor # again; when it stays, look into Elasticsearch's logs: the question should have been understood"
	}
	return doctor.Failure(what, where, err.Error(), fix)
}

// remindOfData names the other way to ask where a sluice runs and Elasticsearch does not: a
// sluice that has no need of it, perhaps.
func remindOfData(ctx context.Context, cfg *config, found []doctor.Finding, err error) []doctor.Finding {
	if errors.Is(err, schemas.ErrUnavailable) && isSluice(ctx, cfg.HTTP.Listen) {
		for i := range found {
			found[i].Fix = "sluice doctor --data DIR # when the one that runs here is `sluice up`; else: " + found[i].Fix
		}
	}
	return found
}

// judgeNode looks at one server's limits, disk, queue and clock.
func judgeNode(cfg *config, node elastic.Node) []doctor.Finding {
	j := judged{what: "node", where: node.Name}
	if body := int64(cfg.Elastic.MaxBody); node.MaxContentLength > 0 && body > node.MaxContentLength {
		j.fail(fmt.Sprintf("SLUICE_ELASTIC_MAX_BODY=%s", size(node.MaxContentLength)), "takes requests of %s, elastic.maxBody is %s: full ones are refused", size(node.MaxContentLength), cfg.Elastic.MaxBody)
	}
	if node.WriteRejected > 0 {
		j.warn(fmt.Sprintf("SLUICE_ELASTIC_MAX_IN_FLIGHT=%d # or more nodes", max(cfg.Elastic.MaxInFlight/2, 1)), "has turned away %d bulk items since it started, for a full queue; they were offered again", node.WriteRejected)
	}
	found := j.or("version %s", node.Version)
	if node.Total > 0 {
		found = append(found, judgeDisk("elastic "+node.Name, node.Available, node.Total, "SLUICE_GPS_KEEP_DAYS=30 # or a larger disk: below 5 % Elasticsearch closes its indices")...)
	}
	ahead := node.ClockAhead
	if ahead.Abs() <= node.ClockError {
		ahead = 0
	}
	good := fmt.Sprintf("within %s of this machine's", rounded(max(node.ClockAhead.Abs(), node.ClockError, time.Millisecond)))
	if ahead < -clockWarn {
		// An old clock of a store hurts nobody but who reads its logs, and ours may be the wrong one.
		return append(found, doctor.Warning("clock", "elastic "+node.Name, fmt.Sprintf("is %s behind this machine", rounded(-ahead)), "timedatectl set-ntp true # on both machines"))
	}
	return append(found, judgeClock("elastic "+node.Name, ahead, cfg.GPS.ClockAhead, good)...)
}
