package lockfile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/google/osv-scalibr/extractor/filesystem/language/dotnet/depsjson"
	"github.com/google/osv-scalibr/extractor/filesystem/language/ruby/gemspec"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

var (
	readDepsJSON = extract.Scalibr(depsjson.New)
	readGemspec  = extract.Scalibr(gemspec.New)
)

// Installed returns the reader for a file that an installed package leaves behind, nil if the file is none.
// It is asked for every file of an image, so it looks at the name's end first.
func Installed(name string) extract.Reader {
	base := name[strings.LastIndexByte(name, '/')+1:]
	switch base {
	case "package.json":
		return readInstalledPackageJSON
	case "METADATA":
		if strings.HasSuffix(path.Dir(name), ".dist-info") {
			return readPythonMetadata
		}
	case "PKG-INFO":
		if dir := path.Dir(name); strings.HasSuffix(dir, ".egg-info") || path.Base(dir) == "EGG-INFO" {
			return readPythonMetadata
		}
	case "installed.json":
		if path.Base(path.Dir(name)) == "composer" {
			return readComposerInstalled
		}
	case "DESCRIPTION":
		if isRPackage(name) {
			return readRPackage
		}
	}
	switch {
	case strings.HasSuffix(base, ".egg-info"): // a file, as distutils leaves it
		return readPythonMetadata
	case strings.HasSuffix(base, ".gemspec") && strings.Contains(name, "specifications/"):
		return readGemspec
	case strings.HasSuffix(base, ".deps.json"):
		return readDepsJSON
	case strings.HasSuffix(base, ".app") && isErlangApplication(name):
		return readErlangApplication
	case strings.HasSuffix(base, ".nuspec"):
		return readNuspec
	case isPEAR(name):
		return readPEAR
	}
	return nil
}

// readInstalledPackageJSON reads the package.json of an installed npm package. Those without a name and a version are
// markers inside a package ({"type":"module"}), not packages.
func readInstalledPackageJSON(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var j struct {
		Name     any             `json:"name"`
		Version  any             `json:"version"`
		License  json.RawMessage `json:"license"`
		Licenses json.RawMessage `json:"licenses"`
		Needs    json.RawMessage `json:"dependencies"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &j); err != nil {
		if !strings.Contains("/"+f.Path, "/node_modules/") {
			return nil, nil // some other tool's file, a template, or a fixture
		}
		return nil, extract.JSONError(data, err)
	}
	name, _ := j.Name.(string)
	version, _ := j.Version.(string)
	if name == "" || version == "" {
		return nil, nil
	}
	p := extract.NewPackage(ecosystem.NPM, name, version)
	p.Licences = (&packageJSON{License: j.License, Licenses: j.Licenses}).licences()
	p.Requires = npmRequirements(j.Needs)
	return []inventory.Package{p}, nil
}

// npmRequirements are the dependencies of a package.json, none where they are no object of ranges.
func npmRequirements(dependencies json.RawMessage) []inventory.Requirement {
	var ranges map[string]string
	if json.Unmarshal(dependencies, &ranges) != nil {
		return nil
	}
	var out []inventory.Requirement
	for _, name := range slices.Sorted(maps.Keys(ranges)) {
		out = append(out, inventory.Requirement{Name: name, Range: ranges[name]})
	}
	return out
}

// pythonRequirement reads the value of Requires-Dist; false for one that only an extra asks for.
func pythonRequirement(value string) (inventory.Requirement, bool) {
	_, marker, _ := strings.Cut(value, ";")
	q, ok := parseRequirement(value)
	if !ok || q.address != "" || strings.Contains(marker, "extra") {
		return inventory.Requirement{}, false
	}
	return inventory.Requirement{Name: extract.PyPIName(q.name), Range: q.spec}, true
}

// readPythonMetadata reads the headers of a METADATA or PKG-INFO file, up to the description.
func readPythonMetadata(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var name, version, licence, expression string
	var classifiers []string
	var requires []inventory.Requirement
	last := ""
	for sc := bufio.NewScanner(bytes.NewReader(data)); sc.Scan(); {
		line := sc.Text()
		if line == "" {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if last == "license" { // the whole text of a licence: not a name for it
				licence = ""
			}
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		last = strings.ToLower(key)
		switch last {
		case "name":
			name = value
		case "version":
			version = value
		case "license":
			licence = value
		case "license-expression":
			expression = value
		case "requires-dist":
			if q, ok := pythonRequirement(value); ok {
				requires = append(requires, q)
			}
		case "classifier":
			if parts := strings.Split(value, " :: "); parts[0] == "License" && len(parts) > 1 {
				classifiers = append(classifiers, parts[len(parts)-1])
			}
		}
	}
	if name == "" || version == "" {
		return nil, errors.New("no Name and Version")
	}
	p := extract.NewPackage(ecosystem.PyPI, name, version)
	p.Requires = requires
	switch {
	case expression != "":
		p.Licences = []string{expression}
	case licence != "" && licence != "UNKNOWN" && len(licence) < 100:
		p.Licences = []string{licence}
	default:
		p.Licences = classifiers
	}
	return []inventory.Package{p}, nil
}
