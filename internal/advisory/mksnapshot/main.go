// Command mksnapshot writes the advisory snapshot that drydock carries: the facts of the embeddable ecosystems of a
// folder in the public OSV bulk layout. The same folder gives the same bytes.
//
//	go run ./internal/advisory/mksnapshot DIR
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/drydock/drydock/internal/advisory"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: mksnapshot DIR")
		os.Exit(2)
	}
	if err := advisory.WriteSnapshot(context.Background(), os.Args[1], filepath.Join("internal", "advisory", advisory.SnapshotFile)); err != nil {
		fmt.Fprintln(os.Stderr, "mksnapshot:", err)
		os.Exit(1)
	}
}
