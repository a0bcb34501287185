package lockfile

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"strings"

	"golang.org/x/net/html/charset"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// nugetItem is a PackageReference, PackageVersion or GlobalPackageReference of a project file.
type nugetItem struct {
	kind, name, version string
	line                int
}

// nugetFile is what is used of an MSBuild file: items and properties.
type nugetFile struct {
	items []nugetItem
	props map[string]string
}

// parseNuGet reads an MSBuild file. The version of an item is an attribute or an element; VersionOverride goes before
// it.
func parseNuGet(data []byte) (*nugetFile, error) {
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.CharsetReader = charset.NewReaderLabel
	out := &nugetFile{props: map[string]string{}}
	var open []string
	var item *nugetItem
	text := ""
	for {
		token, err := dec.Token()
		line, _ := dec.InputPos()
		if errors.Is(err, io.EOF) {
			if len(open) > 0 || len(out.items) == 0 && len(out.props) == 0 &&
				!bytes.Contains(data, []byte("<Project")) {
				return out, errors.New("no MSBuild <Project>")
			}
			return out, nil
		}
		if err != nil {
			return out, fmt.Errorf("line %d: %w", line, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if open = append(open, t.Name.Local); len(open) > extract.MaxJSONDepth {
				return out, fmt.Errorf("line %d: elements too deep", line)
			}
			text = ""
			switch t.Name.Local {
			case "PackageReference", "PackageVersion", "GlobalPackageReference":
				item = &nugetItem{kind: t.Name.Local, line: line}
				for _, a := range t.Attr {
					item.set(a.Name.Local, a.Value)
				}
			}
		case xml.CharData:
			text += string(t)
		case xml.EndElement:
			open = open[:len(open)-1]
			switch name := t.Name.Local; {
			case item != nil && name == item.kind:
				if item.name != "" {
					out.items = append(out.items, *item)
				}
				item = nil
			case item != nil:
				item.set(name, text)
			case len(open) > 0 && open[len(open)-1] == "PropertyGroup":
				out.props[name] = strings.TrimSpace(text)
			}
			text = ""
		}
	}
}

func (i *nugetItem) set(key, value string) {
	value = strings.TrimSpace(value)
	switch key {
	case "Include", "Update":
		i.name = value
	case "Version":
		if i.version == "" {
			i.version = value
		}
	case "VersionOverride":
		i.version = value
	}
}

// readNuGetProject reads a project file, or the central versions of Directory.Packages.props. A version that a project
// leaves out stands in the nearest such file above.
func readNuGetProject(f *extract.File) ([]inventory.Package, error) {
	if f.Locked(false, "packages.lock.json") {
		return nil, nil
	}
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	own, err := parseNuGet(data)
	props, central := nugetAbove(f)
	maps.Copy(props, own.props)
	var out []inventory.Package
	for i := range own.items {
		item := &own.items[i]
		version := item.version
		if version == "" {
			version = central[strings.ToLower(item.name)]
		}
		p := nugetPackage(item.name, fillMSBuild(version, props))
		p.Line, p.Direct = item.line, true
		out = append(out, p)
	}
	return out, err
}

// nugetPackage: a version is the least that will do, and the least is what is installed; one in brackets alone is
// exact.
func nugetPackage(name, version string) inventory.Package {
	if one, ok := strings.CutPrefix(version, "["); ok && !strings.ContainsAny(version, ",(") {
		version = strings.TrimSuffix(one, "]")
	}
	if version == "" || strings.ContainsAny(version, "[](),*$") {
		return rangePackage(ecosystem.NuGet, name, version)
	}
	return extract.NewPackage(ecosystem.NuGet, name, version)
}

// nugetAbove are the properties and central versions that MSBuild takes from the folders above: of each file the
// nearest.
func nugetAbove(f *extract.File) (props, central map[string]string) {
	props, central = map[string]string{}, map[string]string{}
	var found [2]bool
	for dir := path.Dir(f.Path); ; dir = path.Dir(dir) {
		for i, name := range []string{"Directory.Build.props", "Directory.Packages.props"} {
			name = path.Join(dir, name)
			data, err := plainText(f.Around(name))
			if found[i] || data == nil || err != nil || name == f.Path {
				continue
			}
			found[i] = true
			file, _ := parseNuGet(data) // what is wrong with it is told where it is read itself
			maps.Copy(props, file.props)
			for _, item := range file.items {
				if item.kind == "PackageVersion" {
					central[strings.ToLower(item.name)] = item.version
				}
			}
		}
		if dir == "." || dir == "/" {
			return props, central
		}
	}
}

// fillMSBuild puts in the properties that are known, also those within them, a few deep.
func fillMSBuild(s string, props map[string]string) string {
	for range 5 {
		before, rest, ok := strings.Cut(s, "$(")
		name, after, closed := strings.Cut(rest, ")")
		value, known := props[name]
		if !ok || !closed || !known || len(s) > maxPOMText {
			break
		}
		s = before + value + after
	}
	return s
}

// readNuspec reads what NuGet keeps of a package that it fetched: the .nuspec in its store.
func readNuspec(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var spec struct {
		ID      string `xml:"metadata>id"`
		Version string `xml:"metadata>version"`
	}
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.CharsetReader = charset.NewReaderLabel
	if err := dec.Decode(&spec); err != nil {
		return nil, err
	}
	id, version := strings.TrimSpace(spec.ID), strings.TrimSpace(spec.Version)
	if id == "" || version == "" || strings.Contains(id+version, "$") { // a template, of which a build makes a package
		return nil, nil
	}
	version, _, _ = strings.Cut(version, "+")
	return []inventory.Package{extract.NewPackage(ecosystem.NuGet, id, version)}, nil
}
