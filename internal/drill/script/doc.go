// Package script reads drills: files that say what is done to a running installation, for how long,
// and what is expected of it.
package script
