// Package report says how drills went: as JSON with stable names, as one page of HTML that needs nothing
// else, and in a line a drill for the terminal.
package report
