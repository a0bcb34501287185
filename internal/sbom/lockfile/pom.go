package lockfile

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"golang.org/x/net/html/charset"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// pom is what is used of a pom.xml. It is read here and not by the library at hand, which drops a dependency that it
// cannot resolve, and whose properties expand without bound.
type pom struct {
	path string // in the tree

	GroupID    string        `xml:"groupId"`
	ArtifactID string        `xml:"artifactId"`
	Version    string        `xml:"version"`
	Parent     *pomParent    `xml:"parent"`
	Properties pomProperties `xml:"properties"`
	Managed    []pomDep      `xml:"dependencyManagement>dependencies>dependency"`
	Deps       []pomDep      `xml:"dependencies>dependency"`
	Profiles   []struct {
		Default    string        `xml:"activation>activeByDefault"`
		Properties pomProperties `xml:"properties"`
		Managed    []pomDep      `xml:"dependencyManagement>dependencies>dependency"`
		Deps       []pomDep      `xml:"dependencies>dependency"`
	} `xml:"profiles>profile"`
}

type pomParent struct {
	GroupID      string  `xml:"groupId"`
	ArtifactID   string  `xml:"artifactId"`
	Version      string  `xml:"version"`
	RelativePath *string `xml:"relativePath"` // empty: not in the tree
}

type pomDep struct {
	GroupID    string `xml:"groupId"`
	ArtifactID string `xml:"artifactId"`
	Version    string `xml:"version"`
	Scope      string `xml:"scope"`
	Type       string `xml:"type"`
	Classifier string `xml:"classifier"`

	line int
	path string
}

// UnmarshalXML also notes the line.
func (d *pomDep) UnmarshalXML(dec *xml.Decoder, start xml.StartElement) error {
	type plain pomDep
	line, _ := dec.InputPos()
	if err := dec.DecodeElement((*plain)(d), &start); err != nil {
		return err
	}
	d.line = line
	return nil
}

// pomProperties are named by their elements.
type pomProperties map[string]string

// UnmarshalXML reads the elements as names and values.
func (p *pomProperties) UnmarshalXML(dec *xml.Decoder, _ xml.StartElement) error {
	if *p == nil {
		*p = pomProperties{}
	}
	for {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			var value string
			if err := dec.DecodeElement(&value, &t); err != nil {
				return err
			}
			(*p)[t.Name.Local] = strings.TrimSpace(value)
		case xml.EndElement:
			return nil
		}
	}
}

func parsePOM(name string, data []byte) (*pom, error) {
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.CharsetReader = charset.NewReaderLabel
	dec.Entity = xml.HTMLEntity
	var p struct {
		XMLName xml.Name
		pom
	}
	if err := dec.Decode(&p); err != nil {
		line, _ := dec.InputPos()
		return nil, fmt.Errorf("line %d: %w", line, err)
	}
	if p.XMLName.Local != "project" {
		return nil, fmt.Errorf("a <%s>, no Maven <project>", p.XMLName.Local)
	}
	p.path = name
	for i := range p.Profiles { // a profile that is on by default; the others are on by what only a build knows
		profile := &p.Profiles[i]
		if strings.TrimSpace(profile.Default) != "true" {
			continue
		}
		for k, v := range profile.Properties {
			if p.Properties == nil {
				p.Properties = pomProperties{}
			}
			p.Properties[k] = v
		}
		p.Managed = append(profile.Managed, p.Managed...)
		p.Deps = append(profile.Deps, p.Deps...)
	}
	for _, list := range [][]pomDep{p.Managed, p.Deps} {
		for i := range list {
			list[i].path = name
			list[i].trim()
		}
	}
	for _, s := range []*string{&p.GroupID, &p.ArtifactID, &p.Version} {
		*s = strings.TrimSpace(*s)
	}
	return &p.pom, nil
}

func (d *pomDep) trim() {
	for _, s := range []*string{&d.GroupID, &d.ArtifactID, &d.Version, &d.Scope, &d.Type, &d.Classifier} {
		*s = strings.TrimSpace(*s)
	}
	if d.Type == "" {
		d.Type = "jar"
	}
}

// Bounds on what one pom.xml leads to.
const (
	maxPOMParents = 50
	maxPOMImports = 300
	maxPOMText    = 1000 // bytes of a value, its properties filled in
	maxPOMSteps   = 1000 // properties filled in for it
	maxPOMDepth   = 20   // of properties within properties
	maxPOMs       = 20_000
	maxPOMEntries = 500_000 // of the tree that are passed on the way to them
)

// readPOM reads a pom.xml as Maven would see it of what is in the tree: with the parents that lie there, and with the
// dependencyManagement of its own, of parents and of imported projects that lie there. A version that stands elsewhere
// makes the dependency a range.
func readPOM(f *extract.File) ([]inventory.Package, error) { return newPOMTree(f.Tree).project(f) }

// project reads one pom.xml of the tree.
func (t *pomTree) project(f *extract.File) ([]inventory.Package, error) {
	t.imports = 0
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	own, err := parsePOM(f.Path, data)
	if err != nil {
		return nil, err
	}
	m := newPOMModel(t, own, 0)
	managed := m.managed()
	var out []inventory.Package
	seen := map[string]bool{}
	for _, d := range m.deps {
		d = m.filled(d)
		if d.GroupID == "" || d.ArtifactID == "" || seen[d.key()] || m.tree.has(d.GroupID, d.ArtifactID) {
			continue
		}
		seen[d.key()] = true
		if by, ok := managed[d.key()]; ok {
			if d.Version == "" {
				d.Version = by.Version
			}
			if d.Scope == "" {
				d.Scope = by.Scope
			}
		}
		p := mavenPackage(d.GroupID+":"+d.ArtifactID, d.Version)
		p.Line, p.Paths, p.Dev, p.Direct = d.line, []string{d.path}, d.Scope == "test", true
		out = append(out, p)
	}
	return out, nil
}

// mavenPackage is a package with what a manifest says of its version: one, one alone in brackets, or a range.
func mavenPackage(name, version string) inventory.Package {
	if one, ok := strings.CutPrefix(version, "["); ok && !strings.ContainsAny(version, ",(") {
		version = strings.TrimSuffix(one, "]")
	}
	if version == "" || strings.ContainsAny(version, "${}[](),+*") || version == "LATEST" || version == "RELEASE" ||
		strings.HasPrefix(version, "latest.") {
		return rangePackage(ecosystem.Maven, name, version)
	}
	return extract.NewPackage(ecosystem.Maven, name, version)
}

func (d *pomDep) key() string {
	return strings.Join([]string{d.GroupID, d.ArtifactID, d.Type, d.Classifier}, ":")
}

// pomModel is a project with its parents.
type pomModel struct {
	tree  *pomTree
	own   *pom
	chain []*pom // the project, its parent, and so on
	props map[string]string
	deps  []pomDep // the project's own first
	depth int      // of imports
}

func newPOMModel(tree *pomTree, own *pom, depth int) *pomModel {
	m := &pomModel{tree: tree, own: own, props: map[string]string{}, depth: depth}
	seen := map[string]bool{}
	for p := own; p != nil && !seen[p.path] && len(m.chain) < maxPOMParents; p = m.parent(p) {
		seen[p.path] = true
		m.chain = append(m.chain, p)
		m.deps = append(m.deps, p.Deps...)
		for k, v := range p.Properties {
			if _, ok := m.props[k]; !ok {
				m.props[k] = v
			}
		}
	}
	for k, v := range m.coordinates() {
		m.props["project."+k], m.props["pom."+k] = v, v
		if _, ok := m.props[k]; !ok {
			m.props[k] = v
		}
	}
	for k, v := range m.tree.config(own.path) {
		m.props[k] = v // the command line goes before all files
	}
	return m
}

// coordinates are the project's names as properties, what it lacks taken from its parent.
func (m *pomModel) coordinates() map[string]string {
	out := map[string]string{"artifactId": m.own.ArtifactID, "groupId": m.own.GroupID, "version": m.own.Version}
	if p := m.own.Parent; p != nil {
		out["parent.groupId"], out["parent.artifactId"], out["parent.version"] = strings.TrimSpace(p.GroupID),
			strings.TrimSpace(p.ArtifactID), strings.TrimSpace(p.Version)
		for _, k := range []string{"groupId", "version"} {
			if out[k] == "" {
				out[k] = out["parent."+k]
			}
		}
	}
	for k, v := range out {
		if v == "" {
			delete(out, k)
		}
	}
	return out
}

// parent is the parent of a project as far as it lies in the tree: where relativePath says, else anywhere.
func (m *pomModel) parent(p *pom) *pom {
	if p.Parent == nil {
		return nil
	}
	group, artifact := strings.TrimSpace(p.Parent.GroupID), strings.TrimSpace(p.Parent.ArtifactID)
	version := strings.TrimSpace(p.Parent.Version)
	where := "../pom.xml"
	if p.Parent.RelativePath != nil {
		where = strings.TrimSpace(*p.Parent.RelativePath)
	}
	if where != "" {
		name := path.Join(path.Dir(p.path), where)
		found := m.tree.read(name)
		if found == nil {
			found = m.tree.read(path.Join(name, "pom.xml"))
		}
		if found != nil && found.is(group, artifact, version) {
			return found
		}
	}
	return m.tree.find(group, artifact, version)
}

// is reports whether a project is the one that another names. Versions with properties or ranges in them fit any.
func (p *pom) is(group, artifact, version string) bool {
	ownGroup, ownVersion := p.GroupID, p.Version
	if p.Parent != nil && ownGroup == "" {
		ownGroup = strings.TrimSpace(p.Parent.GroupID)
	}
	if p.Parent != nil && ownVersion == "" {
		ownVersion = strings.TrimSpace(p.Parent.Version)
	}
	open := strings.ContainsAny(version+ownVersion, "${[(")
	return p.ArtifactID == artifact && (ownGroup == group || strings.Contains(ownGroup+group, "${")) &&
		(open || ownVersion == version)
}

// fill puts in the properties that are known; the others stay as they are.
func (m *pomModel) fill(s string) string {
	steps := 0
	return m.fillDepth(s, 0, &steps)
}

func (m *pomModel) fillDepth(s string, depth int, steps *int) string {
	if depth > maxPOMDepth || !strings.Contains(s, "${") {
		return s
	}
	var b strings.Builder
	for ; b.Len() < maxPOMText && *steps < maxPOMSteps; *steps++ {
		before, rest, ok := strings.Cut(s, "${")
		name, after, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			break
		}
		b.WriteString(before)
		value, known := m.props[name]
		if known {
			value = m.fillDepth(value, depth+1, steps)
		}
		if !known || b.Len()+len(value) > maxPOMText {
			value = "${" + name + "}"
		}
		b.WriteString(value)
		s = after
	}
	return b.String() + s
}

func (m *pomModel) filled(d pomDep) pomDep {
	for _, s := range []*string{&d.GroupID, &d.ArtifactID, &d.Version, &d.Scope, &d.Type, &d.Classifier} {
		*s = m.fill(*s)
	}
	return d
}

// managed are the managed dependencies by key: those of the project before its parents', and both before imported ones,
// of which the first counts.
func (m *pomModel) managed() map[string]pomDep {
	out := map[string]pomDep{}
	var imports []pomDep
	for _, p := range m.chain {
		for _, d := range p.Managed {
			d = m.filled(d)
			if d.Scope == "import" && d.Type == "pom" {
				imports = append(imports, d)
			} else if _, ok := out[d.key()]; !ok {
				out[d.key()] = d
			}
		}
	}
	for _, d := range imports {
		bom := m.tree.find(d.GroupID, d.ArtifactID, d.Version)
		if bom == nil || m.depth >= maxPOMDepth || m.tree.imports >= maxPOMImports {
			continue // not at hand: what it manages stays without a version
		}
		m.tree.imports++
		for k, by := range newPOMModel(m.tree, bom, m.depth+1).managed() {
			if _, ok := out[k]; !ok {
				out[k] = by
			}
		}
	}
	return out
}

// pomTree is every pom.xml of a tree, read when first asked for.
type pomTree struct {
	fs      fs.FS
	parsed  map[string]*pom // nil for what is none
	byName  map[string][]*pom
	imports int // followed for one project
}

func newPOMTree(tree fs.FS) *pomTree { return &pomTree{fs: tree, parsed: map[string]*pom{}} }

// read parses a pom.xml of the tree; nil where there is none.
func (t *pomTree) read(name string) *pom {
	if t.fs == nil || !fs.ValidPath(name) {
		return nil
	}
	if p, ok := t.parsed[name]; ok {
		return p
	}
	t.parsed[name] = nil
	around := &extract.File{Path: name, Tree: t.fs}
	data, err := plainText(around.Around(name))
	if data == nil || err != nil {
		return nil
	}
	p, err := parsePOM(name, data)
	if err != nil {
		return nil // it is told where that file itself is read
	}
	t.parsed[name] = p
	return p
}

// index reads all of them, once.
func (t *pomTree) index() map[string][]*pom {
	if t.byName != nil {
		return t.byName
	}
	t.byName = map[string][]*pom{}
	if t.fs == nil {
		return t.byName
	}
	found, entries := 0, 0
	_ = fs.WalkDir(t.fs, ".", func(name string, d fs.DirEntry, err error) error {
		if entries++; entries > maxPOMEntries {
			return fs.SkipAll
		}
		switch {
		case err != nil:
			return nil // what cannot be listed is told by the walk that came here
		case d.IsDir():
			if base := path.Base(name); base == ".git" || base == "node_modules" || base == "target" {
				return fs.SkipDir
			}
			return nil
		case path.Base(name) != "pom.xml":
			return nil
		}
		if found++; found > maxPOMs {
			return fs.SkipAll
		}
		if p := t.read(name); p != nil {
			t.byName[p.ArtifactID] = append(t.byName[p.ArtifactID], p)
		}
		return nil
	})
	return t.byName
}

// find returns the project of a name that lies in the tree.
func (t *pomTree) find(group, artifact, version string) *pom {
	for _, p := range t.index()[artifact] {
		if p.is(group, artifact, version) {
			return p
		}
	}
	return nil
}

// has reports whether a project of the tree bears the name: it is then no package of others.
func (t *pomTree) has(group, artifact string) bool {
	for _, p := range t.index()[artifact] {
		if p.is(group, artifact, "${any}") {
			return true
		}
	}
	return false
}

// config are the properties that .mvn/maven.config sets for the project, in its folder or one above: -Drevision=1.2.
func (t *pomTree) config(name string) map[string]string {
	if t.fs == nil {
		return nil
	}
	around := &extract.File{Path: name, Tree: t.fs}
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if data := around.Around(path.Join(dir, ".mvn/maven.config")); data != nil {
			out := map[string]string{}
			for _, word := range strings.Fields(string(data)) {
				if set, ok := strings.CutPrefix(word, "-D"); ok {
					name, value, _ := strings.Cut(set, "=")
					out[name] = value
				}
			}
			return out
		}
		if dir == "." || dir == "/" {
			return nil
		}
	}
}
