package main

import "testing"

func TestOneIsOne(t *testing.T) {
	for want, got := range map[string]string{
		"0 letters": count(int64(0), "letter"), "1 letter": count(1, "letter"), "2 letters": count(2, "letter"),
		"1 record waits": countDoing(1, "record", "waits", "wait"), "5 records wait": countDoing(5, "record", "waits", "wait"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
