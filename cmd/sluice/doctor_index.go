package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/internal/doctor"
	"sluice/schemas"
	"sluice/sinks/elastic"
)

// indexChecks look at templates, indices, aliases and how long history is kept.
func indexChecks(cfg *config, look *elastic.Inspector, set *elastic.Setup) []doctor.Check {
	where := cfg.Index.Prefix + "*"
	return []doctor.Check{
		{What: "template", Where: where, Run: func(ctx context.Context) []doctor.Finding {
			return judgeTemplates(where, set.Check(ctx))
		}},
		{What: "index", Where: where, Run: func(ctx context.Context) []doctor.Finding {
			templates, err := schemas.Templates(cfg.Index.Prefix, cfg.templates())
			if err != nil {
				return only(doctor.Failure("index", where, err.Error(), "sluice config check"))
			}
			indices, err := look.Indices(ctx, templates)
			if err != nil {
				return only(elasticFailed("index", where, err))
			}
			return append(judgeIndices(cfg, indices), judgeDays(ctx, cfg, look, indices)...)
		}},
	}
}

// judgeTemplates makes a finding of each thing that is missing.
func judgeTemplates(where string, err error) []doctor.Finding {
	j := judged{what: "template", where: where}
	var several interface{ Unwrap() []error }
	switch {
	case err == nil:
	case errors.Is(err, schemas.ErrUnavailable):
		return only(elasticFailed(j.what, where, err))
	case errors.As(err, &several):
		for _, one := range several.Unwrap() {
			j.fail("sluice setup", "%s", strings.TrimSuffix(one.Error(), ": run setup"))
		}
	default:
		j.fail("sluice setup", "%v", err)
	}
	return j.or("templates and live index as this version makes them")
}

// judgeIndices looks for what hurts in each index, and names those that share it together.
func judgeIndices(cfg *config, indices []elastic.Index) []doctor.Finding {
	j := judged{what: "index", where: cfg.Index.Prefix + "*"}
	refresh := fmt.Sprintf("%dms", cfg.Index.Refresh.Milliseconds())
	share := func(has func(elastic.Index) bool) []string {
		var names []string
		for _, index := range indices {
			if has(index) {
				names = append(names, index.Name)
			}
		}
		return names
	}
	if names := share(func(i elastic.Index) bool { return len(i.Blocks) > 0 }); len(names) > 0 {
		j.fail(putSettings(cfg, names, `{"index.blocks.read_only_allow_delete":null,"index.blocks.read_only":null,"index.blocks.write":null}`)+" # after disk space was freed", "%s closed to writing", isAre(names))
	}
	if names := share(func(i elastic.Index) bool { return i.Durability == "async" }); len(names) > 0 {
		j.fail(putSettings(cfg, names, `{"index.translog.durability":"request"}`), "%s an asynchronous translog: what is committed may be lost with a node", hasHave(names))
	}
	if names := share(func(i elastic.Index) bool { return len(i.Differs) > 0 }); len(names) > 0 {
		j.fail(remake(cfg, names), "%s not mapped as the template says (%s)", isAre(names), fieldsOf(indices, names[0]))
	}
	if names := share(func(i elastic.Index) bool { return i.Replicas == "0" }); len(names) > 0 {
		j.warn("SLUICE_INDEX_REPLICAS=1 sluice setup && "+putSettings(cfg, names, `{"index.number_of_replicas":1}`)+" # with a second data node", "%s no second copy: a lost node loses what was stored", hasHave(names))
	}
	if names := share(func(i elastic.Index) bool { return !sameInterval(i.RefreshInterval, refresh) }); len(names) > 0 {
		j.warn(putSettings(cfg, names, fmt.Sprintf(`{"index.refresh_interval":%q}`, refresh)), "%s another refresh interval than index.refresh (%s)", hasHave(names), cfg.Index.Refresh)
	}
	judgeAliases(cfg, &j, share)
	return j.or("%d, as configured", len(indices))
}

// sameInterval compares "1s" with "1000ms"; none is Elasticsearch's own, a second.
func sameInterval(have, want string) bool {
	if have == "" {
		have = "1s"
	}
	is, err := time.ParseDuration(have)
	wanted, wantErr := time.ParseDuration(want)
	return err == nil && wantErr == nil && is == wanted
}

func fieldsOf(indices []elastic.Index, name string) string {
	i := slices.IndexFunc(indices, func(i elastic.Index) bool { return i.Name == name })
	return strings.Join(indices[i].Differs, ", ")
}

const namesShown = 3

func isAre(names []string) string {
	if len(names) == 1 {
		return names[0] + " is"
	}
	return listed(names) + " are"
}

func hasHave(names []string) string {
	if len(names) == 1 {
		return names[0] + " has"
	}
	return listed(names) + " have"
}

func listed(names []string) string {
	if len(names) <= namesShown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:namesShown], ", "), len(names)-namesShown)
}

// judgeDays says how long history is kept, and whether somebody drops what is older.
func judgeDays(ctx context.Context, cfg *config, look *elastic.Inspector, indices []elastic.Index) []doctor.Finding {
	if cfg.GPS.KeepDays == 0 {
		return judgeKept(cfg, false, indices, time.Now())
	}
	managed, err := look.HasILM(ctx)
	if err != nil {
		return only(elasticFailed("retention", cfg.Index.Prefix+pingsFamily+"*", err))
	}
	return judgeKept(cfg, managed, indices, time.Now())
}

// judgeKept looks for days that should have gone, or that no policy will drop.
func judgeKept(cfg *config, managed bool, indices []elastic.Index, now time.Time) []doctor.Finding {
	family := cfg.Index.Prefix + pingsFamily
	j := judged{what: "retention", where: family + "*"}
	if cfg.GPS.KeepDays == 0 {
		j.warn("SLUICE_GPS_KEEP_DAYS=30", "history is kept for ever: one day the disk is full")
		return j.found
	}
	oldest := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -cfg.GPS.KeepDays-1) // a day more: whoever drops comes by now and then
	var late, free []string
	for _, index := range indices {
		day, err := time.Parse("2006.01.02", strings.TrimPrefix(index.Name, family))
		if err != nil {
			continue // not a day of history
		}
		if day.Before(oldest) {
			late = append(late, index.Name)
		}
		if managed && index.Policy == "" {
			free = append(free, index.Name)
		}
	}
	const run = "sluice run pipelines --pipelines gps-history # it looks every hour"
	if len(late) > 0 {
		j.warn(run, "%s older than gps.keepDays (%d)", isAre(late), cfg.GPS.KeepDays)
	}
	if len(free) > 0 {
		j.warn(run, "%s without a lifecycle policy", isAre(free))
	}
	return j.or("%s are kept", count(cfg.GPS.KeepDays, "day"))
}
