package lockfile

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

var (
	gradleLineRE = lazyregexp.New(`^\s*(?:add\s*\(\s*)?["']?([A-Za-z][A-Za-z0-9]*)["']?[\s(,]`)
	// A dependency in one text: "group:artifact:version:classifier@ext".
	gradleTextRE = lazyregexp.New(
		`["']([A-Za-z0-9_.-]+):([A-Za-z0-9_.-]+)(?::([^"':@]+))?(?::[^"'@]*)?(?:@[a-z]+)?["']`)
	gradleMapRE = lazyregexp.New(
		`\bgroup\s*[:=]\s*["']([^"']+)["']\s*,\s*name\s*[:=]\s*["']([^"']+)["'](?:\s*,\s*version\s*[:=]\s*(?:["']([^"']+)["']|([A-Za-z_][\w.]*)))?`)
	gradleVarRE = lazyregexp.New(
		`^\s*(?:(?:def|val|var|const\s+val|String|ext\.|set\()\s*)*["']?([A-Za-z_][\w.]*)["']?\s*[=,]\s*["']([^"'$]+)["']\)?\s*$`)
	// What every build has one of.
	gradleBlockRE = lazyregexp.New(
		`(?m)^\s*(?:plugins|dependencies|apply|buildscript|allprojects|subprojects|repositories|task|tasks|ext|group|version|java|android|sourceSets|configure|configurations|import|def|val|project|rootProject|description|application|kotlin)\b`)
	// A call with something in it, and the forms of it that name no package or one that is named elsewhere.
	gradleMadeRE  = lazyregexp.New(`^\s*["']?[A-Za-z]\w*["']?\s*[\s(]\s*[A-Za-z$]`)
	gradleKnownRE = lazyregexp.New(
		`\b(?:project\s*\(|projects\.|libs\.|files\s*\(|fileTree\s*\(|gradleApi|gradleTestKit|localGroovy|kotlin\s*\(|npm\s*\()`)
	gradleRefRE = lazyregexp.New(`\$\{?([A-Za-z_][\w.]*)\}?`)
)

// gradleConfigurations begin or end the names of configurations; other calls with such a text are no dependencies.
var gradleConfigurations = []string{"implementation", "api", "compile", "runtime", "compileonly", "runtimeonly",
	"annotationprocessor",
	"kapt", "ksp", "classpath", "provided", "developmentonly", "testcompile", "testruntime", "coreLibraryDesugaring"}

func isGradleConfiguration(word string) bool {
	word = strings.ToLower(word)
	for _, c := range gradleConfigurations {
		if strings.HasSuffix(word, strings.ToLower(c)) {
			return true
		}
	}
	return false
}

// readGradle reads the dependencies that a build.gradle or build.gradle.kts writes out, with the variables that the
// file or gradle.properties sets. It is a program, of which only the customary forms are read; what a version catalogue
// names is read there.
func readGradle(f *extract.File) ([]inventory.Package, error) {
	if f.Locked(false, "gradle.lockfile") {
		return nil, nil
	}
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	text := withoutComments(string(data))
	if strings.TrimSpace(text) != "" && !gradleBlockRE.MatchString(text) {
		return nil, errors.New("nothing in it is of a Gradle build")
	}
	lines := strings.Split(text, "\n")
	vars := gradleProperties(f)
	for _, line := range lines {
		if m := gradleVarRE.FindStringSubmatch(strings.TrimRight(line, "\r")); m != nil {
			vars[m[1]] = m[2]
			vars[strings.TrimPrefix(m[1], "ext.")] = m[2]
		}
	}
	var out []inventory.Package
	var made error
	for n, line := range lines {
		word := gradleLineRE.FindStringSubmatch(line)
		if word == nil || !isGradleConfiguration(word[1]) {
			continue
		}
		if strings.HasSuffix(strings.TrimSpace(line), "(") && n+1 < len(lines) {
			line += lines[n+1]
		}
		group, artifact, version := "", "", ""
		if m := gradleMapRE.FindStringSubmatch(line); m != nil {
			group, artifact, version = m[1], m[2], m[3]
			if m[4] != "" {
				version = "${" + m[4] + "}"
			}
		} else if m := gradleTextRE.FindStringSubmatch(line); m != nil {
			group, artifact, version = m[1], m[2], m[3]
		} else {
			if made == nil && gradleMadeRE.MatchString(line) && !gradleKnownRE.MatchString(line) {
				made = fmt.Errorf("line %d: a dependency that is not written out here", n+1)
			}
			continue
		}
		p := mavenPackage(group+":"+artifact, gradleFill(version, vars))
		p.Direct, p.Line = true, n+1
		p.Dev = strings.Contains(strings.ToLower(word[1]), "test")
		out = append(out, p)
	}
	return out, made
}

// gradleFill puts in the variables that are known.
func gradleFill(version string, vars map[string]string) string {
	return gradleRefRE.ReplaceAllStringFunc(version, func(ref string) string {
		name := strings.Trim(ref, "${}")
		for _, begin := range []string{"project.", "rootProject.", "ext.", "rootProject.ext.", "versions."} {
			if v, ok := vars[strings.TrimPrefix(name, begin)]; ok {
				return v
			}
		}
		return ref
	})
}

// gradleProperties are the properties of the project's folder and those above.
func gradleProperties(f *extract.File) map[string]string {
	out := map[string]string{}
	for dir := path.Dir(f.Path); ; dir = path.Dir(dir) {
		for _, line := range strings.Split(string(f.Around(path.Join(dir, "gradle.properties"))), "\n") {
			name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
			if name = strings.TrimSpace(name); !ok || strings.HasPrefix(name, "#") {
				continue
			}
			if _, nearer := out[name]; !nearer {
				out[name] = strings.TrimSpace(value)
			}
		}
		if dir == "." || dir == "/" {
			return out
		}
	}
}

// withoutComments blanks out a program's comments, line ends apart; texts in quotes stay.
func withoutComments(s string) string {
	out := []byte(s)
	quote := byte(0)
	for i := 0; i < len(out); i++ {
		c := out[i]
		switch {
		case quote != 0 && c == '\\':
			i++
		case quote != 0 && (c == quote || c == '\n'):
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case c == '/' && i+1 < len(out) && (out[i+1] == '/' || out[i+1] == '*'):
			i = blankComment(out, i)
		}
	}
	return string(out)
}

// readVersionCatalogue reads gradle/libs.versions.toml.
func readVersionCatalogue(f *extract.File) ([]inventory.Package, error) {
	if f.Locked(true, "gradle.lockfile") {
		return nil, nil
	}
	var c struct {
		Versions  map[string]any `toml:"versions"`
		Libraries map[string]any `toml:"libraries"`
	}
	data, err := readTOML(f, &c)
	if err != nil {
		return nil, err
	}
	lines := extract.NewMentions(data)
	var out []inventory.Package
	for _, alias := range slices.Sorted(maps.Keys(c.Libraries)) {
		name, version := "", ""
		switch l := c.Libraries[alias].(type) {
		case string:
			group, rest, _ := strings.Cut(l, ":")
			artifact, v, _ := strings.Cut(rest, ":")
			name, version = group+":"+artifact, v
		case map[string]any:
			name, _ = l["module"].(string)
			if group, ok := l["group"].(string); ok {
				artifact, _ := l["name"].(string)
				name = group + ":" + artifact
			}
			version = catalogueVersion(l["version"], c.Versions)
		}
		if group, artifact, _ := strings.Cut(name, ":"); group == "" || artifact == "" {
			continue
		}
		p := mavenPackage(name, version)
		p.Direct, p.Line = true, lines[alias]
		out = append(out, p)
	}
	return out, nil
}

// catalogueVersion is a version: a text, a reference to one, or a rich version, of which the version that it prefers
// counts before the range that it demands.
func catalogueVersion(v any, versions map[string]any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if ref, ok := v["ref"].(string); ok {
			return catalogueVersion(versions[ref], nil)
		}
		for _, k := range []string{"prefer", "strictly", "require"} {
			if s, ok := v[k].(string); ok {
				return s
			}
		}
	}
	return ""
}

// isGradleLock tells Gradle's lockfiles before version 7, one for each configuration.
func isGradleLock(name string) bool {
	return strings.HasSuffix(name, ".lockfile") && path.Base(path.Dir(name)) == "dependency-locks"
}

// readGradleLock reads such a lockfile: "group:artifact:version" a line.
func readGradleLock(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var out []inventory.Package
	for n, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		part := strings.Split(line, ":")
		if len(part) != 3 || part[0] == "" || part[1] == "" || part[2] == "" {
			return out, fmt.Errorf("line %d: not group:artifact:version", n+1)
		}
		p := extract.NewPackage(ecosystem.Maven, part[0]+":"+part[1], part[2])
		p.Line = n + 1
		out = append(out, p)
	}
	return out, nil
}
