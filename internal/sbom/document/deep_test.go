package document

import (
	"runtime/debug"
	"strings"
	"testing"
)

// A document that nests without end is refused or read, with little stack. A stack that overflows ends the process.
func TestDeepDocuments(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(64 << 20))
	for _, head := range []string{"", `{"bomFormat":"CycloneDX","specVersion":"1.5","components":`,
		`{"spdxVersion":"SPDX-2.3","packages":`, `<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components>`,
		`{"payloadType":"application/vnd.in-toto+json","payload":`, `{"artifacts":`,
		`{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":`} {
		for _, part := range []string{"[", `{"components":[`, `[{"components":`, `{"packages":[`, `{"predicate":`,
			"<component>", "<component><components>", "<a>"} {
			_, _ = Read(strings.NewReader(head+strings.Repeat(part, 1<<20/len(part))), "a.json")
		}
	}
}
