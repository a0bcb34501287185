// Command mksnapshot writes the advisory snapshot that drydock carries: the facts of the embeddable ecosystems of a
// folder in the public OSV bulk layout. The same folder and day give the same bytes. From the repository's root:
//
//	go run ./internal/advisory/mksnapshot DIR YYYY-MM-DD
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/drydock/drydock/internal/advisory"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mksnapshot:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("want a folder and the day on which it was fetched, YYYY-MM-DD")
	}
	day, err := time.Parse(time.DateOnly, args[1])
	if err != nil {
		return err
	}
	return advisory.WriteSnapshot(context.Background(), args[0], day,
		filepath.Join("internal", "advisory", advisory.SnapshotFile))
}
