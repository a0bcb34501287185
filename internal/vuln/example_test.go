package vuln_test

import (
	"context"
	"fmt"
	"os"

	"github.com/drydock/drydock/internal/advisory"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/vuln"
)

// What cannot be judged is told beside what was found.
func ExampleMatch() {
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
	res, err := vuln.Match(context.Background(), db, []inventory.Package{
		{Ecosystem: "PyPI", Name: "flask", Version: "0.12", PURL: "pkg:pypi/flask@0.12"},
		{Ecosystem: "ConanCenter", Name: "zlib", Version: "1.2.11", PURL: "pkg:conan/zlib@1.2.11"},
	}, vuln.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range res.Findings {
		if f.Rule == "CVE-2018-1000656" {
			fmt.Println(f.Package.Name, f.Rule, "fixed in", f.Advisory.Fixed)
		}
	}
	fmt.Println("no advisories for", res.Absent[0].Ecosystem)
	// Output:
	// flask CVE-2018-1000656 fixed in 0.12.3
	// no advisories for ConanCenter
}
