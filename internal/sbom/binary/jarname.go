package binary

import (
	"fmt"
	"path"
	"strings"

	"github.com/google/osv-scalibr/extractor/filesystem/language/java/groupid"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// jarNames is what one archive tells of itself. What Maven wrote into it counts alone: the file's name and the
// manifest, which everybody fills in as they like, are asked only where Maven wrote nothing.
type jarNames struct {
	file      string // its name
	maven     []coordinates
	manifests []coordinates
}

// coordinates name a package of Maven's.
type coordinates struct{ group, artifact, version string }

// whole reports whether each part is there, and a name and not a sentence.
func (c coordinates) whole() bool {
	for _, part := range []string{c.group, c.artifact, c.version} {
		if part == "" || strings.Contains(part, " ") {
			return false
		}
	}
	return true
}

// pkg is the package; a version that a build was to fill in is none.
func (c coordinates) pkg() inventory.Package {
	name := c.group + ":" + c.artifact
	if !strings.ContainsAny(c.version, "${[(*") {
		return extract.NewPackage(ecosystem.Maven, name, c.version)
	}
	p := extract.NewPackage(ecosystem.Maven, name, "")
	p.Version, p.Range = c.version, true
	return p
}

// addProperties takes a pom.properties, of which an archive that holds others' classes has several.
func (n *jarNames) addProperties(text string) {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(line, "="); ok {
			values[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	c := coordinates{values["groupId"], values["artifactId"], values["version"]}
	if c.whole() {
		n.maven = append(n.maven, c)
	}
}

// addManifest takes a MANIFEST.MF. No attribute holds what Maven calls the package, so the customary ones are tried in
// turn.
func (n *jarNames) addManifest(text string) error {
	m, err := parseManifest(text)
	if err != nil {
		return err
	}
	version, _, _ := strings.Cut(m.first("implementation-version", "specification-version", "plugin-version",
		"bundle-version"), " ")
	c := coordinates{m.group(), m.artifact(), version}
	if known := groupid.FromArtifactID(c.artifact); known != "" { // its manifest tells another
		c.group = known
	}
	if c.group != "" && c.artifact != "" && c.version != "" {
		n.manifests = append(n.manifests, c)
	}
	return nil
}

func (n *jarNames) packages() []inventory.Package {
	found := n.maven
	if len(found) == 0 {
		if c, ok := fromJarName(n.file); ok {
			if len(n.manifests) == 1 {
				c.group = n.manifests[0].group
			}
			found = []coordinates{c}
		}
	}
	if len(found) == 0 {
		found = n.manifests
	}
	var out []inventory.Package
	for _, c := range found {
		out = append(out, c.pkg())
	}
	return out
}

// jarVersionRE is how a version begins in the name of an archive.
var jarVersionRE = lazyregexp.New(`^(?:\d|build\d|rc?\d+(?:[^a-zA-Z]|$))`)

// fromJarName takes an archive's name apart: guava-31.1-jre.jar, commons_1.2.jar. Where the artifact has no group
// before it, it is its own, as that of packages older than the custom of naming groups by a domain (junit:junit).
func fromJarName(name string) (coordinates, bool) {
	stem := strings.TrimSuffix(name, path.Ext(name))
	for i := range len(stem) {
		if stem[i] == '-' && jarVersionRE.MatchString(stem[i+1:]) {
			return namedJar(stem[:i], stem[i+1:]), true
		}
	}
	for _, sep := range []string{"_", "."} {
		if artifact, version, ok := strings.Cut(stem, sep); ok && jarVersionRE.MatchString(version) {
			return namedJar(artifact, version), true
		}
	}
	return coordinates{}, false
}

func namedJar(artifact, version string) coordinates {
	group := artifact
	if i := strings.LastIndexByte(artifact, '.'); i > 0 {
		group = strings.ToLower(artifact[:i])
	}
	return coordinates{group, artifact, version}
}

// maxAttribute bounds a value of a manifest. Those that are names are far shorter; the longest is a list of packages.
const maxAttribute = 4096

// manifest is the attributes of a MANIFEST.MF by their names in lower case, of each the first.
type manifest map[string]string

func parseManifest(text string) (manifest, error) {
	m := manifest{}
	key, number := "", 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		if line[0] == ' ' { // a line holds 72 bytes: the value goes on
			if len(m[key]) < maxAttribute {
				m[key] += line[1:]
			}
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("line %d: not an attribute", number)
		}
		if key = strings.ToLower(name); m[key] != "" {
			key = "" // a later section's, of no interest
		}
		m[key] = strings.TrimSpace(value)
	}
	delete(m, "")
	return m, nil
}

// first is the first of the attributes that is there.
func (m manifest) first(names ...string) string {
	for _, name := range names {
		if m[name] != "" {
			return m[name]
		}
	}
	return ""
}

var jarGroupRE = lazyregexp.New(`[a-zA-Z0-9-_.]+`)

// group is the first attribute that may be a group: one word.
func (m manifest) group() string {
	for _, name := range []string{"bundle-symbolicname", "extension-name", "specification-vendor",
		"implementation-vendor",
		"implementation-vendor-id", "implementation-title", "bundle-activator", "automatic-module-name", "main-class",
		"package"} {
		value := m[name]
		if name == "implementation-title" { // "org.elasticsearch#server;8.14.3"
			value = jarGroupRE.FindString(value)
		}
		if value != "" && !strings.Contains(value, " ") {
			value, _, _ = strings.Cut(strings.ToLower(value), ";")
			return value
		}
	}
	return ""
}

// artifact is the first attribute that may be an artifact: one word, and none that a build was to fill in.
func (m manifest) artifact() string {
	fits := func(s string) bool { return s != "" && !strings.Contains(s, " ") && s[0] != '$' && s[0] != '%' }
	if m["created-by"] == "Apache Maven Bundle Plugin" {
		name := m["bundle-symbolicname"]
		if last := name[strings.LastIndexByte(name, '.')+1:]; fits(last) {
			return last
		}
	}
	if m["name"] == "org/apache/axis" { // which calls itself so
		return "axis"
	}
	for _, name := range []string{"name", "implementation-title", "specification-title", "bundle-name", "short-name",
		"extension-name"} {
		if fits(m[name]) {
			return m[name]
		}
	}
	return ""
}
