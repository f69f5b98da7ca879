package main

import (
	"fmt"
	"slices"
	"strings"

	"sluice/internal/printable"
	"sluice/schemas"
	"sluice/sinks/elastic"
)

// judgeAliases looks for indices that readers, who ask by an alias, do not find.
func judgeAliases(cfg *config, j *judged, share func(has func(elastic.Index) bool) []string) {
	for _, family := range []struct {
		alias, misses string
		has           func(name string) bool
	}{
		{schemas.PingsAlias, "tracks do", func(name string) bool { return strings.HasPrefix(name, pingsFamily) }},
		{schemas.OrdersAlias, "searches and reconciliation do", schemas.IsOrderIndex},
	} {
		alias := cfg.Index.Prefix + family.alias
		orphan := func(i elastic.Index) bool {
			name, ours := strings.CutPrefix(i.Name, cfg.Index.Prefix)
			return ours && family.has(name) && !slices.Contains(i.Aliases, alias)
		}
		if names := share(orphan); len(names) > 0 {
			j.fail("curl -X PUT "+printable.Word(cfg.Elastic.URLs[0]+"/"+strings.Join(names, ",")+"/_alias/"+alias), "%s not behind the alias %s: %s not find what is there", isAre(names), alias, family.misses)
		}
	}
}

// putSettings is the command that changes settings of indices, whose names others may have made.
func putSettings(cfg *config, names []string, body string) string {
	url := cfg.Elastic.URLs[0] + "/" + strings.Join(names, ",") + "/_settings"
	return fmt.Sprintf("curl -X PUT %s -H 'Content-Type: application/json' -d '%s'", printable.Word(url), body)
}

// remake is how an index gets its mapping back: the live one fills itself again, history is read again from the topic, and
// orders are copied, for they are kept for longer than Kafka keeps them.
func remake(cfg *config, names []string) string {
	live := cfg.Index.Prefix + schemas.PositionsIndex
	if slices.Contains(names, live) {
		return fmt.Sprintf("curl -X DELETE '%s/%s' && sluice setup # drivers are back with their next ping", cfg.Elastic.URLs[0], live)
	}
	if slices.ContainsFunc(names, func(name string) bool { return schemas.IsOrderIndex(strings.TrimPrefix(name, cfg.Index.Prefix)) }) {
		return fmt.Sprintf("sluice setup # then copy what holds orders with POST %s/_reindex, drop it, and copy it back: Kafka has only the newest (%s) of them", cfg.Elastic.URLs[0], cfg.Topic.Retention)
	}
	return "sluice setup # then drop them and run `sluice replay` for their days"
}
