package lockfile

import (
	"errors"
	"path"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// isPEAR tells what PEAR keeps of an installed package: .registry/NAME.reg, and .registry/.channel.NAME/NAME.reg for
// those that are not PEAR's own.
func isPEAR(name string) bool {
	return strings.HasSuffix(name, ".reg") && strings.Contains("/"+name, "/.registry/")
}

// readPEAR reads a registry file, a serialised array of PHP's. Packages of PEAR itself are known by the names that
// Packagist has for them; extensions of PECL have no advisories.
func readPEAR(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	text := string(data)
	name, version := phpString(text, "name"), phpString(text, "release")
	if name == "" || version == "" {
		return nil, errors.New("no name and release")
	}
	channel := phpString(text, "channel")
	if channel == "" {
		channel = strings.TrimPrefix(path.Base(path.Dir(f.Path)), ".channel.")
	}
	switch channel {
	case "pecl.php.net":
		return []inventory.Package{extract.NewPackage(ecosystem.PECL, name, version)}, nil
	case "pear.php.net", ".registry":
		return []inventory.Package{extract.NewPackage(ecosystem.Packagist, "pear/"+strings.ToLower(name), version)}, nil
	}
	return nil, errors.New("a package of the channel " + strconv.Quote(channel) + ", which no advisories know")
}

// phpString returns the first text that a serialised array has under a key.
func phpString(text, key string) string {
	_, rest, ok := strings.Cut(text, `s:`+strconv.Itoa(len(key))+`:"`+key+`";s:`)
	if !ok {
		return ""
	}
	length, rest, ok := strings.Cut(rest, `:"`)
	n, err := strconv.Atoi(length)
	if !ok || err != nil || n < 0 || n > len(rest) {
		return ""
	}
	return rest[:n]
}
