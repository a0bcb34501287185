package advisory_test

import (
	"fmt"
	"os"

	"github.com/drydock/drydock/internal/advisory"
)

func ExampleDB_Each() {
	dir, err := os.MkdirTemp("", "advisories") // nothing was imported: the data in the program alone
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	db, err := advisory.Open(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	known := map[string]bool{}
	if err := db.Each("PyPI", advisory.NormalizeName("PyPI", "Flask"), func(hit *advisory.Hit) error {
		record, err := hit.Record()
		if err != nil {
			return err
		}
		for _, alias := range record.Aliases {
			known[alias] = true
		}
		return nil
	}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(known["CVE-2018-1000656"], db.Covers("PyPI", ""), db.Covers("Homebrew", ""))
	// Output: true true false
}
