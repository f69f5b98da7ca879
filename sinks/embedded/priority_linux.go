package embedded

import "syscall"

// How far a writer's thread steps back behind those of its process: by this much the kernel gives it about a tenth of what
// another gets, and alone a whole core. Behind mostNice it knows nothing.
const (
	writerNice = 10
	mostNice   = 19
	niceBase   = 20 // getpriority(2) answers with this less the nice value
)

// stepBack gives way to all other threads of the process. SQLite in Go is work that never pauses, most of what the one
// process of the embedded default does; the kernel lets those who wake up for a question, or for records that
// somebody sends, run before it at once. A kernel that refuses leaves the thread as the others are, which
// is slower for them and nothing else.
func stepBack() {
	priority, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0) // on Linux 0 is the calling thread
	if err != nil {
		return
	}
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, min(niceBase-priority+writerNice, mostNice))
}
