//go:build unix

package provision

import (
	"os"
	"path/filepath"
	"syscall"

	"github.com/drydock/drydock/internal/clierr"
)

// trusted refuses a file that somebody else than root or the process's own user could change: by its own mode, that
// of a
// folder above it, or a link on the way.
func trusted(path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return clierr.InputErr(path, err)
	}
	st, err := os.Lstat(abs)
	if err != nil {
		return clierr.InputErr("", err)
	}
	if !st.Mode().IsRegular() {
		return clierr.Input(path, "is no regular file: a program that others run is not served through a link")
	}
	for at := abs; ; at = filepath.Dir(at) {
		st, err := os.Lstat(at)
		if err != nil {
			return clierr.InputErr("", err)
		}
		if st.Mode()&os.ModeSymlink != 0 {
			return clierr.Input(path, "is reached through the link %s", at).WithHint("Name the folder itself.")
		}
		sys, ok := st.Sys().(*syscall.Stat_t)
		if ok && sys.Uid != 0 && int(sys.Uid) != os.Geteuid() {
			return clierr.Input(
				path,
				"could be changed by another user: %s is not root's and not the server's own",
				at,
			)
		}
		sticky := st.IsDir() && st.Mode()&os.ModeSticky != 0
		if st.Mode().Perm()&0o022 != 0 && !sticky {
			return clierr.Input(path, "could be changed by others: %s has mode %04o", at, st.Mode().Perm()).
				WithHint("Run 'chmod go-w %s'.", at)
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}
