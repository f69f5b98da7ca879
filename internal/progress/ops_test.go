package progress

import "testing"

func TestOpsListenersSayWhatTheyKnow(t *testing.T) {
	one := owner(t, counted(10, 3, "refused"))
	h := &heard{}
	parts := AskOps(t.Context(), []string{one.URL, one.URL, "http://127.0.0.1:1"}, h)
	if len(parts) != 1 || parts[0].Pipelines[0].Partitions[0].State != "refused" || len(h.who) != 1 {
		t.Errorf("%+v, heard of %v", parts, h.who)
	}
}
