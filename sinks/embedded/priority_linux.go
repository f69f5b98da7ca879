package embedded

import "syscall"

// writerNice is how far a writer's thread steps back: against any other it gets about a tenth of a core, alone a whole one.
const writerNice = 10

// stepBack gives way to all other threads of the process. SQLite in Go is work that never pauses, most of what the one
// process of the embedded default does; the kernel lets those who wake up for a question, or for records that
// somebody sends, run before it at once. A kernel that refuses leaves the thread as the others are, which
// is slower for them and nothing else.
func stepBack() {
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, writerNice) // on Linux 0 is the calling thread
}
