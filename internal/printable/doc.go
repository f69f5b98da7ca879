// Package printable makes text that others wrote safe to look at on a terminal, and to paste
// into a shell.
package printable
