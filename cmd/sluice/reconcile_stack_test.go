package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sluice/internal/reconcile"
	"sluice/internal/stacktest"
	"sluice/pipelines/orders"
	"sluice/schemas"
	"sluice/schemas/rules"
	"sluice/sinks/redis"
)

// Redis is compared with the order index in Elasticsearch, by order: what is planted on either side is found, by exit code 3,
// until it is mended, and not there any more. The processes have ended: their jobs would mend it first.
func TestReconcileOnRealServers(t *testing.T) {
	const members, each = 20, 5
	url := stacktest.Elastic(t)[0]
	environ, now := space(t), time.Now()
	prefix := strings.TrimPrefix(environ[3], "SLUICE_INDEX_PREFIX=")
	index := url + "/" + prefix + schemas.OrderIndex(1_000_000)
	t.Cleanup(func() { remove(t, index) })
	if code, _, stderr := execute(t, environ, "setup"); code != exitDone {
		t.Fatalf("setup: exit code %d, %s", code, stderr)
	}
	r := runAll(t, environ)
	posts(t, r.http+"/v1/orders", sentOrders(members, 0, each, now))
	for _, pipeline := range []string{orders.Levels, orders.Index} {
		eventually(t, "a verdict on all orders", func() bool { return settledBy(t, upAddrs{ops: r.ops}, pipeline) == members*each })
	}
	r.ends(t)
	reconciled := func(want int, says []string, args ...string) {
		t.Helper()
		code, stdout, stderr := execute(t, environ, append([]string{"reconcile"}, args...)...)
		for _, text := range says {
			if !strings.Contains(stdout, text) {
				t.Errorf("%v does not say %q: %s", args, text, stdout)
			}
		}
		if code != want {
			t.Errorf("%v: exit code %d, want %d: %s%s", args, code, want, stdout, stderr)
		}
	}
	reconciled(0, []string{fmt.Sprintf("%d members, %d orders held", members, members*each), "no drift"})
	withRedis(t, environ, func(levels *redis.Levels) { plantDrifts(t, levels, now) })
	unindex(t, index, 1_000_000+4*1000)
	kinds := []string{string(reconcile.Extra), string(reconcile.Missing), string(reconcile.WrongMonth), "M4", "4 drifts"}
	reconciled(3, append(kinds, "0 mended, 4 left"))
	reconciled(0, append(kinds, "4 mended, 0 left"), "--repair")
	reconciled(0, []string{fmt.Sprintf("%d members, %d orders held, %d known to the index: no drift", members, members*each-1, members*each-1)})
	http.DefaultClient.CloseIdleConnections()
}

// withRedis lets somebody have the levels that an environment keeps in Redis.
func withRedis(t *testing.T, environ []string, do func(*redis.Levels)) {
	t.Helper()
	cfg, err := loadConfig("", environ)
	if err != nil {
		t.Fatal(err)
	}
	levels, err := redis.New(cfg.redis(rules.Default()), nil)
	if err != nil {
		t.Fatal(err)
	}
	do(levels)
	if err := levels.Close(); err != nil {
		t.Error(err)
	}
}

// unindex takes an order out of the index.
func unindex(t *testing.T, index string, order int64) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, fmt.Sprintf("%s/_doc/%d?refresh=true", index, order), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("taking order %d out of the index: %d, %v", order, resp.StatusCode, err)
	}
}
