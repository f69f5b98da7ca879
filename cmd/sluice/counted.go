package main

import "strconv"

// counted is a number of things: 1 letter, 2 letters.
func counted(n int64, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.FormatInt(n, 10) + " " + thing
}
