package redis

import "testing"

// What the buckets were given of Kafka's numbers is told as the greatest, and for a store that has none.
func TestInspectSaysTheGreatestNumbers(t *testing.T) {
	srv, s := oneServer(t)
	fresh, err := newStoreOf(t, Config{Addrs: []string{srv.addr}, DB: 1}).Inspect(t.Context())
	if err != nil || fresh.Epoch != 0 || fresh.Fence != noFence {
		t.Errorf("a new store: %+v, %v", fresh, err)
	}
	if _, _, err := s.Turn(t.Context(), 2, noon, 41, 10); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Turn(t.Context(), 3, noon, 17, 10); err != nil {
		t.Fatal(err)
	}
	report, err := s.Inspect(t.Context())
	if err != nil || report.Epoch != s.epoch || s.epoch == 0 || report.Fence != 41 {
		t.Errorf("%+v, %v; the epoch is %d", report, err, s.epoch)
	}
	if err := srv.HSet(t.Context(), s.buckets[1].head, "fence", "much").Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Inspect(t.Context()); err == nil {
		t.Error("a fence that is no number is none to complain of")
	}
}
