package kafka

import "testing"

// The values are those of the Java client's own test of its hash.
func TestMurmur2IsJavas(t *testing.T) {
	for key, want := range map[string]int32{
		"21":                         -973932308,
		"foobar":                     -790332482,
		"a-little-bit-long-string":   -985981536,
		"a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
		"abc": 479470107,
	} {
		if got := int32(murmur2([]byte(key))); got != want {
			t.Errorf("murmur2(%q) = %d, want %d", key, got, want)
		}
	}
	if got, want := partitionOf([]byte("21"), 8), int((-973932308)&0x7fffffff)%8; got != want {
		t.Errorf("partition of a key with a negative hash = %d, want %d", got, want)
	}
}
