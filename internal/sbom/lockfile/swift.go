package lockfile

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// swiftPin is an entry of Package.resolved: version 1 names the repository otherwise than 2 and 3.
type swiftPin struct {
	Identity string `json:"identity"`
	Location string `json:"location"`
	Package  string `json:"package"`
	URL      string `json:"repositoryURL"`
	State    struct {
		Version  string `json:"version"`
		Branch   string `json:"branch"`
		Revision string `json:"revision"`
	} `json:"state"`
}

// readPackageResolved reads Swift's Package.resolved, versions 1 to 3. A pin to a branch or commit has no version.
func readPackageResolved(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var lock struct {
		Pins   []swiftPin `json:"pins"`
		Object struct {
			Pins []swiftPin `json:"pins"`
		} `json:"object"`
	}
	if err := json.Unmarshal(data, &lock); err != nil {
		return nil, extract.JSONError(data, err)
	}
	section, pins := "pins", lock.Pins
	if pins == nil {
		section, pins = "object.pins", lock.Object.Pins
	}
	if pins == nil {
		return nil, errNoLock("pins")
	}
	lines := extract.JSONLines(data, section)
	var out []inventory.Package
	for i := range pins {
		p, ok := pins[i].pkg()
		if !ok {
			continue
		}
		p.Line = lines[fmt.Sprintf("%s\x00%d", section, i)]
		out = append(out, p)
	}
	return out, nil
}

func (p *swiftPin) pkg() (inventory.Package, bool) {
	name := swiftName(p.Location + p.URL)
	if name == "" {
		name = p.Identity + p.Package
	}
	switch {
	case name == "":
		return inventory.Package{}, false
	case p.State.Version != "":
		return extract.NewPackage(ecosystem.SwiftURL, name, p.State.Version), true
	}
	return rangePackage(ecosystem.SwiftURL, name, strings.Trim(p.State.Branch+"#"+p.State.Revision, "#")), true
}

// swiftName is a repository's address as the SwiftURL ecosystem names packages: host and path, without ".git".
func swiftName(address string) string {
	address = plainAddress(address)
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	} else if host, path, ok := strings.Cut(address, ":"); ok && !strings.Contains(host, "/") {
		address = host + "/" + path // git@host:path
	}
	return strings.TrimSuffix(strings.Trim(address, "/"), ".git")
}
