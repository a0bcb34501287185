// Package ecosystem knows what distributions and package ecosystems are called: by os-release, in package URLs and by
// the tools that write SBOMs, and what the advisory databases call the same thing. Images and SBOMs are named by this
// one table, so that the same package gets the same verdict whichever way it came.
package ecosystem

import (
	"slices"
	"strconv"
	"strings"

	"github.com/package-url/packageurl-go"
)

// Distribution is what a source says of a distribution: an os-release file, an SBOM or a package URL. Only ID is always
// there.
type Distribution struct {
	ID       string // os-release's ID, or the name that a tool gives it: "debian", "alma", "cbl-mariner"
	Version  string // VERSION_ID: "12.5", "15.5"; some tools put the code name here
	Codename string // "bookworm"
	Pretty   string // "openEuler 22.03 (LTS-SP1)"
	CPE      string // CPE_NAME: "cpe:/o:redhat:enterprise_linux:9::baseos"
}

// family is a distribution under all its names.
type family struct {
	name    string   // OSV's name of the ecosystem, or the usual name where OSV has none
	osv     bool     // OSV has advisories under that name
	ids     []string // as os-release, package URLs and tools write it, in lower case
	release func(*Distribution) string
}

var families = []family{
	{"Debian", true, []string{"debian"}, debian},
	{"Ubuntu", true, []string{"ubuntu"}, ubuntu},
	{"Alpine", true, []string{"alpine", "alpinelinux"}, alpine},
	{"Wolfi", true, []string{"wolfi"}, rolling},
	{"Chainguard", true, []string{"chainguard"}, rolling},
	{"MinimOS", true, []string{"minimos"}, rolling},
	{"CleanStart", true, []string{"cleanstart", "clnstrt"}, rolling},
	{"Echo", true, []string{"echo"}, rolling},
	{"Alpaquita", true, []string{"alpaquita"}, whole},
	{"BellSoft Hardened Containers", true, []string{"bellsoft-hardened-containers"}, whole},
	{"AlmaLinux", true, []string{"almalinux", "alma"}, major},
	{"Rocky Linux", true, []string{"rocky", "rockylinux", "rocky-linux"}, major},
	{"Red Hat", true, []string{"rhel", "redhat", "red hat enterprise linux"}, redHat},
	{"openSUSE", true, []string{"opensuse-leap", "opensuse.leap", "opensuse"}, leap},
	{"openSUSE", true, []string{"opensuse-tumbleweed", "opensuse.tumbleweed"}, constant("Tumbleweed")},
	{"openSUSE", true, []string{"opensuse-leap-micro", "leap-micro"}, prefixed("Leap Micro ")},
	{"SUSE", true, []string{"sles", "sled", "sles_sap", "suse", "suse linux enterprise server"}, enterprise},
	{"SUSE", true, []string{"sle-micro", "slem", "suse-microos"}, prefixed("Linux Enterprise Micro ")},
	{"SUSE", true, []string{"sl-micro"}, prefixed("Linux Micro ")},
	{"Mageia", true, []string{"mageia"}, major},
	{"Photon OS", true, []string{"photon"}, pointed},
	{"Azure Linux", true, []string{"azurelinux", "azure", "mariner", "cbl-mariner", "common base linux mariner"},
		major},
	{"openEuler", true, []string{"openeuler"}, openEuler},

	{"Amazon Linux", false, []string{"amzn", "amazon", "amazonlinux"}, major},
	{"Arch Linux", false, []string{"arch", "archlinux", "archarm"}, rolling},
	{"CentOS", false, []string{"centos", "centos-stream"}, major},
	{"Fedora", false, []string{"fedora"}, major},
	{"Gentoo", false, []string{"gentoo"}, rolling},
	{"OpenWrt", false, []string{"openwrt"}, whole},
	{"Oracle Linux", false, []string{"ol", "oracle", "oraclelinux", "oracle-linux"}, major},
}

var byID = func() map[string]*family {
	m := map[string]*family{}
	for i := range families {
		for _, id := range families[i].ids {
			m[id] = &families[i]
		}
	}
	return m
}()

// Known reports whether id is one of the names of a distribution that the table has.
func Known(id string) bool { return byID[strings.ToLower(id)] != nil }

// Name returns the ecosystem with its release, and whether OSV has advisories under it. A distribution that OSV does
// not have gets its own name, so that the missing advisories can be named; "" is the answer only where d has no ID.
func (d Distribution) Name() (name string, osv bool) {
	f := byID[strings.ToLower(d.ID)]
	if f == nil {
		return join(d.ID, d.Version), false
	}
	d.Version = strings.TrimPrefix(d.Version, "v")
	return join(f.name, f.release(&d)), f.osv
}

// Published reports whether OSV publishes advisories under the name of an ecosystem, with or without its release.
func Published(name string) bool {
	name, _, _ = strings.Cut(name, ":")
	if kind := typeOf[name]; kind != "" {
		return kind != packageurl.TypeConda
	}
	return slices.ContainsFunc(families, func(f family) bool { return f.osv && f.name == name })
}

func join(name, release string) string {
	if name == "" || release == "" {
		return name
	}
	return name + ":" + release
}

func rolling(*Distribution) string { return "" }
func whole(d *Distribution) string { return d.Version }

func constant(s string) func(*Distribution) string { return func(*Distribution) string { return s } }

// prefixed is a release that OSV writes with words before its number.
func prefixed(words string) func(*Distribution) string {
	return func(d *Distribution) string {
		if d.Version == "" {
			return ""
		}
		return words + d.Version
	}
}

func major(d *Distribution) string {
	n, _, _ := strings.Cut(d.Version, ".")
	return n
}

// pointed is a release whose first one of a series is written with its zero: Photon OS 5.0.
func pointed(d *Distribution) string {
	if d.Version != "" && !strings.Contains(d.Version, ".") {
		return d.Version + ".0"
	}
	return d.Version
}

var debianReleases = map[string]string{
	"wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13",
	"forky": "14", "duke": "15",
}

// debian takes code names too, alone and as base-files of an unreleased Debian has them ("forky/sid").
func debian(d *Distribution) string {
	for _, s := range []string{d.Version, d.Codename} {
		s, _, _ = strings.Cut(strings.ToLower(s), "/")
		if n := debianReleases[s]; n != "" {
			return n
		}
	}
	if n := major(d); isNumber(n) {
		return n
	}
	return ""
}

var ubuntuReleases = map[string]string{
	"trusty": "14.04", "xenial": "16.04", "bionic": "18.04", "focal": "20.04", "groovy": "20.10", "hirsute": "21.04",
	"impish": "21.10", "jammy": "22.04", "kinetic": "22.10", "lunar": "23.04", "mantic": "23.10", "noble": "24.04",
	"oracular": "24.10", "plucky": "25.04", "questing": "25.10", "resolute": "26.04",
}

// ubuntu marks the releases with long-term support, as OSV does: those of April of an even year.
func ubuntu(d *Distribution) string {
	v := d.Version
	for _, s := range []string{d.Version, d.Codename} {
		if n := ubuntuReleases[strings.ToLower(s)]; n != "" {
			v = n
			break
		}
	}
	p := strings.SplitN(v, ".", 3)
	if len(p) < 2 || !isNumber(p[0]) || !isNumber(p[1]) {
		return ""
	}
	v = p[0] + "." + p[1]
	if year, _ := strconv.Atoi(p[0]); p[1] == "04" && year%2 == 0 {
		return v + ":LTS"
	}
	return v
}

// alpine is major and minor; what is not released yet ("3.21_alpha20240807", "edge") has the number alone.
func alpine(d *Distribution) string {
	p := strings.SplitN(d.Version, ".", 3)
	if len(p) < 2 || !isNumber(p[0]) {
		return ""
	}
	minor, _, _ := strings.Cut(p[1], "_")
	if !isNumber(minor) {
		return ""
	}
	return "v" + p[0] + "." + minor
}

// redHat is the product of the CPE, or the plain product of that major release.
func redHat(d *Distribution) string {
	if _, product, ok := strings.Cut(d.CPE, ":redhat:"); ok {
		return product
	}
	if n := major(d); isNumber(n) {
		return "enterprise_linux:" + n
	}
	return ""
}

// leap tells Leap from Tumbleweed, which some tools call the same: its version is a day.
func leap(d *Distribution) string {
	switch {
	case d.Version == "":
		return ""
	case len(d.Version) == len("20240101") && isNumber(d.Version):
		return "Tumbleweed"
	}
	return "Leap " + d.Version
}

// enterprise writes 15.5 as SUSE does: Linux Enterprise Server 15 SP5.
func enterprise(d *Distribution) string {
	if d.Version == "" {
		return ""
	}
	n, pack, _ := strings.Cut(strings.Replace(strings.ToUpper(d.Version), "-SP", ".", 1), ".")
	if pack == "" || pack == "0" {
		return "Linux Enterprise Server " + n
	}
	return "Linux Enterprise Server " + n + " SP" + pack
}

// openEuler takes the support and service pack out of the long name: 22.03 (LTS-SP1) is 22.03-LTS-SP1.
func openEuler(d *Distribution) string {
	_, long, ok := strings.Cut(d.Pretty, "openEuler ")
	if !ok || strings.Contains(d.Version, "-") {
		return strings.ToUpper(d.Version)
	}
	return strings.NewReplacer(" (", "-", ")", "", " ", "-").Replace(long)
}

func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
