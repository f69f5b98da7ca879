package broker

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func mountSmall(dir string) error {
	return unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", smallDisk))
}
