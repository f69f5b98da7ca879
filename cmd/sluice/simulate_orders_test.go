package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/load"
	orderplan "sluice/internal/simulate/orders"
	"sluice/internal/simulate/verify"
	"sluice/internal/stacktest"
)

// orderLoad is a short load of orders with everything that may become of them.
func orderLoad(t *testing.T, environ []string, gateway string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "o.ledger")
	code, stdout, stderr := execute(t, environ, "simulate", "--orders", "600", "--members", "40", "--rate", "1000", "--shuffle", "1s", "--seed", "5", "--workers", "3",
		"--late", "5%", "--double", "8%", "--void", "10%", "--purchase", "3%", "--to", gateway, "--ledger", path, "--json")
	var s load.Summary
	if err := json.Unmarshal([]byte(stdout), &s); err != nil || code != exitDone {
		t.Fatalf("simulate --orders: exit code %d, %v, %s %s", code, err, stdout, stderr)
	}
	if s.Planned != 600 || s.Due != 600 || s.Acked < 1200 || s.Refused+s.Doubtful != 0 || s.Late == 0 || s.Voided == 0 || s.Purchased == 0 || s.Doubled == 0 {
		t.Errorf("simulate --orders: %s", stdout)
	}
	return path
}

// provedOrders verifies, and returns the assertions that fail.
func provedOrders(t *testing.T, environ []string, path string) string {
	t.Helper()
	code, stdout, stderr := execute(t, environ, "simulate", "verify", "--json", path)
	var r verify.Report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatalf("verify: exit code %d, %v, %s %s", code, err, stdout, stderr)
	}
	var failing []string
	for _, a := range r.Assertions {
		if a.State == verify.Fails {
			failing = append(failing, a.ID)
			t.Logf("%+v", a)
		}
	}
	if len(r.Assertions) != 11 || (code == exitFound) != (len(failing) > 0) || code != exitFound && code != exitDone {
		t.Errorf("verify: exit code %d, %d assertions, %v failing, %s", code, len(r.Assertions), failing, stderr)
	}
	return strings.Join(failing, " ")
}

func TestALoadOfOrdersIsProvedEmbedded(t *testing.T) {
	free := stacktest.FreeAddresses(t, 3)
	environ := []string{
		"SLUICE_KAFKA_BROKERS=" + free[2], "SLUICE_HTTP_LISTEN=" + free[0], "SLUICE_OPS_LISTEN=" + free[1],
		"SLUICE_TOPIC_PARTITIONS=2", "SLUICE_DATA_SYNC=false",
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	log, done := &lines{}, make(chan int, 1)
	go func() {
		p := &process{stdout: log, stderr: log, environ: environ}
		done <- p.execute(ctx, []string{"up", "--data", filepath.Join(t.TempDir(), "data")})
	}()
	comesUp(t, log, done, regexp.MustCompile(`"msg":"ready"`))
	path := orderLoad(t, environ, "http://"+free[0])
	if got := provedOrders(t, environ, path); got != "" {
		t.Errorf("%s fail", got)
	}
	stray(t, "http://"+free[0], path)
	if got := provedOrders(t, environ, path); !strings.HasPrefix(got, "L2 L7a") {
		t.Errorf("with an order that nobody sent %q fail, want L2 and L7a first", got)
	}
	stop()
	if code := <-done; code != exitDone {
		t.Errorf("up: exit code %d\n%s", code, log.String())
	}
	http.DefaultClient.CloseIdleConnections()
}

// stray completes an order of a member of the run that the run did not send.
func stray(t *testing.T, gateway, path string) {
	t.Helper()
	book, err := ledger.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	author, err := orderplan.New(*book.Header.Orders)
	if err != nil {
		t.Fatal(err)
	}
	order := author.Order(0)
	body := fmt.Sprintf(`{"orderId":"7","memberId":%q,"type":"completed","at":%d}`, author.MemberID(order.Member), order.Completed)
	if status, answer := post(t, gateway+"/v1/orders", "application/json", body); status != http.StatusAccepted {
		t.Fatalf("posting an order: %d %s", status, answer)
	}
}

func TestSimulateOrdersRefusesWhatCannotBe(t *testing.T) {
	for want, args := range map[string][]string{
		"members are 0":    {"--orders", "5", "--members", "0"},
		"lanes are 0":      {"--orders", "5", "--workers", "0"},
		`share "200%"`:     {"--orders", "5", "--void", "200%"},
		"are of pings":     {"--orders", "5", "--poison", "1%"},
		"want http://host": {"--orders", "5", "--to", "gateway"},
	} {
		code, _, stderr := execute(t, []string{"SLUICE_KAFKA_BROKERS=127.0.0.1:1"}, append([]string{"simulate"}, args...)...)
		if code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit code %d; %q, want %q in it", args, code, stderr, want)
		}
	}
}
