// Package inventory holds what was found inside an image or a source tree: packages, layers, distribution,
// completeness. Readers fill it, the vulnerability matcher and the SBOM writers read it.
package inventory

import "sort"

// Package is one installed or declared package. The JSON is part of the report's contract.
type Package struct {
	Name         string   `json:"name"`
	Version      string   `json:"version"`
	PURL         string   `json:"purl"`
	Ecosystem    string   `json:"ecosystem"` // OSV ecosystem with its release suffix: "Debian:12", "PyPI", "npm"
	Source       Source   `json:"source"`    // distribution source package; empty where there is none
	Services     []string `json:"services"`
	Layer        string   `json:"layer"`        // diff id of the layer that holds it, "" outside images
	IntroducedBy string   `json:"introducedBy"` // the image history's instruction that made the layer
	FromBase     *bool    `json:"fromBase"`     // nil where the base image could not be told
	Paths        []string `json:"paths"`        // files that prove it: database, metadata folder, lockfile
	OwnedBy      string   `json:"ownedBy"`      // the distribution package that owns its files, "" if none
	Dev          bool     `json:"dev"`          // a development dependency only
	Licences     []string `json:"licences"`     // SPDX expressions or the words of the package itself

	Line   int    `json:"line,omitempty"`   // line in Paths[0] where a manifest declares it, 0 if not known
	Direct bool   `json:"direct,omitempty"` // the project names it itself (lockfiles that tell)
	Range  bool   `json:"range,omitempty"`  // Version is a range or empty: what is installed is not known
	CPE    string `json:"-"`
	// what the package says it needs of others, where it was read from what is installed
	Requires []Requirement `json:"-"`

	// whether the code of its services loads it: direct, transitive, no or unknown; "" where nobody asked
	Reachable string `json:"reachable,omitempty"`
	// where the code imports it, for one that is loaded directly
	LoadedBy []Load `json:"loadedBy,omitempty"`

	// bytes, as the distribution's database or the SBOM says; 0 where none does
	InstalledSize int64 `json:"installedSize,omitempty"`

	// ServiceRefs are Services as "stack/name", where several stacks of the host have a service of that name.
	ServiceRefs []string `json:"serviceRefs,omitempty"`
}

// Load is an import of a package in a service's code.
type Load struct {
	Service string `json:"service"`
	Path    string `json:"path"`
	Line    int    `json:"line"`
}

// Requirement is a package that another needs, with the range of versions that it takes, "" for any.
type Requirement struct{ Name, Range string }

// Source is a distribution's source package, by which Debian and Alpine publish their advisories.
type Source struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Completeness tells how much of the executable bytes the packages explain.
type Completeness struct {
	ExplainedBytes  int64         `json:"explainedBytes"`
	ExecutableBytes int64         `json:"executableBytes"`
	Unexplained     []Unexplained `json:"unexplained"`
}

// Unexplained is an executable file that no package owns.
type Unexplained struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
}

// Waste tells which bytes of an image's layers nobody sees, since a layer above removes or replaces them.
type Waste struct {
	Efficiency float64 // the share of the bytes that can be seen, 0 to 1
	Bytes      int64   // hidden, of files as unpacked
	TotalBytes int64   // of all files of all layers
	ByLayer    []int64 // hidden bytes of each layer
	Paths      []WastedPath
	More       bool // there are more than Paths names
}

// WastedPath is a file, or what lies below a folder, that one layer brought and another hides.
type WastedPath struct {
	Path    string
	Bytes   int64
	Files   int
	Layer   int  // index of the layer that brought it
	By      int  // of the one that hides it
	Removed bool // hidden by being removed; else other files took their place
}

// Distro is what os-release says.
type Distro struct {
	ID         string // "debian"
	VersionID  string // "12"
	Codename   string // "bookworm"
	PrettyName string
	Ecosystem  string // OSV ecosystem: "Debian:12", "Alpine:v3.20"; the usual name where OSV has none: "Fedora:39"
}

// Layer is one layer of an image with the instruction that made it.
type Layer struct {
	Digest     string // sha256 of the blob as stored, "" where only the diff id is known
	DiffID     string // sha256 of the uncompressed tar
	CreatedBy  string // instruction, cleaned of the builder's shell wrapping
	Bytes      int64  // as stored
	FromBase   *bool
	MediaType  string
	HistoryRow int // index into the image's history
}

// Image is a container image as read: its identity and configuration, without its files.
type Image struct {
	Name         string // as asked for
	ID           string // digest of the configuration
	Digest       string // manifest digest, "" for docker archives
	Tags         []string
	OS, Arch     string
	Variant      string
	Created      string // RFC 3339, as the configuration says
	Layers       []Layer
	Entrypoint   []string
	Cmd          []string
	Env          []string // NAME=value; never leaves the process
	User         string
	WorkingDir   string
	ExposedPorts []string
	Labels       map[string]string
	Base         Base
	// History are the rows of the build history as they stand, with values; like Env it never leaves the process.
	History []string
}

// Secret is a secret in a file of an image's layer.
type Secret struct {
	Rule  string
	Path  string
	Line  int
	Shown string // as much of it as may be shown
	Layer int    // index into the image's layers
	Gone  int    // the layer that removes or replaces the file, 0 where none does
}

// Base is the image that an image was built from, and how that was told.
type Base struct {
	Name   string // "" where not known
	Digest string
	By     string // "attestation", "label", "layers", "" where not known
	Layers int    // how many of the leading layers are the base's; 0 where not known
}

// Problem is something that could not be read. It makes a gate partial; it never hides.
type Problem struct {
	Path   string // file inside the image or tree, "" for the whole
	Layer  string
	Reason string
	// Missing is true where a package database that ought to be there is absent or emptied: a finding, not only a gap.
	Missing bool
	// Database is true where a distribution's package database could not be read to its end: what is installed is not
	// known in full.
	Database bool
	// Outside is true of an entry that leads out of the image's root: no builder writes one.
	Outside bool
}

// Inventory is everything that one image or tree was found to hold.
type Inventory struct {
	Secrets      []Secret // in files of layers, by layer and path
	Target       string   // as asked for
	Image        *Image   // nil for trees and SBOMs
	Distro       *Distro
	Packages     []Package
	Completeness *Completeness
	Waste        *Waste // of an image; nil where it could not be told
	Problems     []Problem
	Remarks      []Problem // what was not looked into and other things make up for; they make no gate partial
	Hidden       []string  // manifests of a build context that never reach the build, and were not read
	Files        int       // entries looked at
	Bytes        int64     // bytes read
	Size         int64     // bytes of all files of all layers, as an engine counts an image's size; 0 for SBOMs
}

// SetInstalledSize takes over a size in bytes that a foreign file states, unless it is no number (err) or none that a
// package could have: sums of them stay within bounds.
func (p *Package) SetInstalledSize(n int64, err error) {
	const most = 1 << 40
	if err == nil && n > 0 && n < most {
		p.InstalledSize = n
	}
}

// Refs tells the package's services apart on the whole host: ServiceRefs, or the names where they are enough.
func (p *Package) Refs() []string {
	if len(p.ServiceRefs) > 0 {
		return p.ServiceRefs
	}
	return p.Services
}

// Normalize makes a package's lists non-nil and sorted.
func (p *Package) Normalize() {
	for _, l := range []*[]string{&p.Services, &p.Paths, &p.Licences} {
		if *l == nil {
			*l = []string{}
		}
	}
	sort.Strings(p.Services)
}

// Sort orders packages by ecosystem, name, version, first path: two runs diff cleanly.
func Sort(ps []Package) {
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := &ps[i], &ps[j]
		switch {
		case a.Ecosystem != b.Ecosystem:
			return a.Ecosystem < b.Ecosystem
		case a.Name != b.Name:
			return a.Name < b.Name
		case a.Version != b.Version:
			return a.Version < b.Version
		}
		return first(a.Paths) < first(b.Paths)
	})
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}
