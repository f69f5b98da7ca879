package main

import "fmt"

// count is a number of things: 1 letter, 2 letters.
func count[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// countDoing is what a number of things do: 1 record waits, 2 records wait.
func countDoing(n int64, thing, one, more string) string {
	if n == 1 {
		more = one
	}
	return count(n, thing) + " " + more
}
