//go:build unix

package advisory

import (
	"os"
	"syscall"
	"unsafe"
)

// mapFile maps a file for reading. Index files are replaced by rename and never written in place, so the bytes stay.
// The mapping lasts as long as the process.
func mapFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !st.Mode().IsRegular() || st.Size() <= 0 || st.Size() > maxIndex {
		return "", damaged("%d bytes", st.Size())
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, int(st.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return "", os.NewSyscallError("mmap", err)
	}
	return unsafe.String(unsafe.SliceData(b), len(b)), nil
}
