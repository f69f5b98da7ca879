package kafka

import "testing"

// A broker that was frozen and replaced tells the end that it knew: a commit behind it gives it away.
func TestAnEndBeforeTheCommitIsNotBelieved(t *testing.T) {
	for name, c := range map[string]struct {
		lags []PartitionLag
		want bool
	}{
		"nothing":            {nil, false},
		"behind":             {[]PartitionLag{{Committed: 3, End: 5}, {Committed: -1, End: 0}}, false},
		"all is read":        {[]PartitionLag{{Committed: 5, End: 5}}, false},
		"beyond one's end":   {[]PartitionLag{{Committed: 5, End: 5}, {Committed: 394, End: 119}}, true},
		"nothing in the log": {[]PartitionLag{{Committed: 1, End: 0}}, true},
	} {
		if got := pastEnd(c.lags); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
