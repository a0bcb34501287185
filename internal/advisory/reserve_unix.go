//go:build unix

package advisory

import (
	"os"
	"syscall"
)

// reserve returns n bytes of memory of which no more is taken than was written to. It is outside the collector's heap,
// and lasts as long as the process.
func reserve(n int) ([]byte, error) {
	b, err := syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	return b, os.NewSyscallError("mmap", err)
}
