//go:build unix

package safefile

import (
	"os"
	"syscall"
)

// keepOwner gives f the owner of st; a process that may not keeps its own, as an editor would.
func keepOwner(f *os.File, st os.FileInfo) {
	if s, ok := st.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(s.Uid), int(s.Gid))
	}
}
