//go:build !linux

package image

import (
	"io/fs"
	"os"
)

// The overlay driver's folders exist on Linux alone.
func isWhiteout(fs.FileInfo) bool  { return false }
func opaque(*os.Root, string) bool { return false }

// linked is always false: names of one file are delivered as files.
func linked(fs.FileInfo) (inode, bool) { return inode{}, false }
