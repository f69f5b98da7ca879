// Package failpoint kills its own process with SIGKILL at named points of the path, so that drills can
// show what a crash just there leaves behind. Its decorators stand around the interfaces that the
// wiring joins; the path itself knows nothing of them, and a release has none of this in it. A process
// that is to die says first what it had counted, see Points.LastWords.
package failpoint
