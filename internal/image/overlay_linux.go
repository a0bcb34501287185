package image

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// isWhiteout tells the character device 0:0 by which the overlay driver marks what was removed.
func isWhiteout(st fs.FileInfo) bool {
	s, ok := st.Sys().(*syscall.Stat_t)
	return ok && s.Rdev == 0
}

// opaque tells a folder below which nothing of the lower layers is seen.
func opaque(root *os.Root, name string) bool {
	f, err := root.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	var v [4]byte
	for _, attr := range []string{"trusted.overlay.opaque", "user.overlay.opaque"} {
		if n, err := unix.Fgetxattr(int(f.Fd()), attr, v[:]); err == nil && n == 1 && v[0] == 'y' {
			return true
		}
	}
	return false
}

// linked tells a file that has several names.
func linked(st fs.FileInfo) (inode, bool) {
	s, ok := st.Sys().(*syscall.Stat_t)
	if !ok || s.Nlink < 2 {
		return inode{}, false
	}
	return inode{s.Dev, s.Ino}, true
}
