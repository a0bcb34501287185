//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"compress/gzip"
	"io"
	"os"
)

func bad(in io.Reader, file *os.File) {
	packed, err := gzip.NewReader(in)
	if err != nil {
		return
	}
	// ruleid: go-decompression-bomb
	io.Copy(file, packed)
	// ruleid: go-decompression-bomb
	io.ReadAll(packed)
}

func good(in io.Reader, file *os.File) {
	packed, err := gzip.NewReader(in)
	if err != nil {
		return
	}
	// ok: go-decompression-bomb
	io.Copy(file, io.LimitReader(packed, 1<<20))
	// ok: go-decompression-bomb
	io.CopyN(file, packed, 1<<20)
	// ok: go-decompression-bomb
	io.Copy(file, in)
}
