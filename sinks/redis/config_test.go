package redis

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sluice/schemas/rules"
)

// All that is wrong is said at once, and no secret with it.
func TestValidateNamesAllThatIsWrong(t *testing.T) {
	bad := Config{
		Addrs: []string{"user:secret@host:1/0"}, MasterName: "m", Cluster: true, DB: -1, Password: "hush", SentinelUsername: "s", SentinelPassword: "psst",
		KeyPrefix: "{x}", Buckets: 10_001, PoolSize: -1, CallEvents: 4096, MaxOrders: -1, MaxPurchases: 5000, MaxOutbox: -1,
		DialTimeout: -time.Second, CAFile: "ca",
	}
	err := bad.Validate()
	if err == nil {
		t.Fatal("it is accepted")
	}
	for _, part := range []string{
		"address 1", "choose one", "database", "braces", "buckets", "connections", "events of a call",
		"orders of a member", "purchases", "outbox", "time-out", "without TLS", "need rules",
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("nothing is said of %q in: %v", part, err)
		}
	}
	for _, secret := range []string{"hush", "psst", "secret"} {
		if strings.Contains(err.Error(), secret) || strings.Contains(fmt.Sprintf("%v %+v %#v", bad.Password, bad.Password, bad.Password), secret) {
			t.Errorf("%s is shown", secret)
		}
	}
}

func TestValidateAcceptsWhatIsRight(t *testing.T) {
	for name, c := range map[string]Config{
		"a server":   {Addrs: []string{"127.0.0.1:6379"}, DB: 3},
		"a cluster":  {Addrs: []string{"a:1", "b:2"}},
		"one node":   {Addrs: []string{"[::1]:6379"}, Cluster: true},
		"a Sentinel": {Addrs: []string{"a:1", "b:2"}, MasterName: "m", DB: 1, SentinelUsername: "s", SentinelPassword: "f"},
		"TLS":        {Addrs: []string{"a:1"}, TLS: true, CAFile: "f", Username: "u", Password: "f"},
	} {
		c.Rules = rules.Default()
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]Config{
		"Sentinels' credentials without Sentinels": {SentinelUsername: "s"}, "a user without a password": {Username: "u"},
	} {
		c.Addrs, c.Rules = []string{"a:1"}, rules.Default()
		if err := c.Validate(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
