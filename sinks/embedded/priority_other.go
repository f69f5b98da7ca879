//go:build !linux

package embedded

// stepBack does nothing: elsewhere than on Linux a priority is that of the whole process.
func stepBack() {}
