package lockfile

import (
	"bytes"
	"errors"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// isRPackage tells what R keeps of an installed package: library/NAME/DESCRIPTION, site-library/NAME/DESCRIPTION.
func isRPackage(name string) bool {
	dir := path.Base(path.Dir(path.Dir(name)))
	return path.Base(name) == "DESCRIPTION" && (dir == "library" || dir == "site-library")
}

// readRPackage reads the fields of an installed R package. Those that are part of R itself are passed over.
func readRPackage(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	field := map[string]string{}
	for line := range bytes.Lines(data) {
		if key, value, ok := strings.Cut(string(line), ":"); ok && key != "" && key[0] != ' ' && key[0] != '\t' {
			field[key] = strings.TrimSpace(value)
		}
	}
	switch {
	case field["Priority"] == "base":
		return nil, nil
	case field["Package"] == "" || field["Version"] == "":
		return nil, errors.New("no Package and Version")
	}
	p := extract.NewPackage(ecosystem.CRAN, field["Package"], field["Version"])
	if l := field["License"]; l != "" {
		p.Licences = []string{l}
	}
	return []inventory.Package{p}, nil
}

// isErlangApplication tells lib/NAME-VERSION/ebin/NAME.app, as releases of Erlang and Elixir hold their packages. What
// stands below an Erlang or Elixir of its own is part of those.
func isErlangApplication(name string) bool {
	dir := path.Dir(name)
	return strings.HasSuffix(name, ".app") && path.Base(dir) == "ebin" &&
		!strings.Contains("/"+name, "/erlang/") && !strings.Contains("/"+name, "/elixir/")
}

var erlangVersionRE = lazyregexp.New(`\{\s*vsn\s*,\s*"([^"]+)"\s*\}`)

// readErlangApplication reads which application it is, and in what version.
func readErlangApplication(f *extract.File) ([]inventory.Package, error) {
	name := strings.TrimSuffix(path.Base(f.Path), ".app")
	if partOfErlang[name] {
		return nil, nil
	}
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	m := erlangVersionRE.FindSubmatch(data)
	if m == nil {
		return nil, errors.New("no vsn: the application's version is not known")
	}
	return []inventory.Package{extract.NewPackage(ecosystem.Hex, name, string(m[1]))}, nil
}

// partOfErlang are the applications that come with Erlang and Elixir. A release holds copies of them.
var partOfErlang = wordSet(
	`asn1 common_test compiler crypto debugger dialyzer diameter edoc eldap erl_docgen erl_interface erts
	et eunit ftp hipe inets jinterface kernel megaco mnesia observer odbc os_mon parsetools public_key reltool runtime_tools
	sasl snmp ssh ssl stdlib syntax_tools tftp tools wx xmerl eex elixir ex_unit iex logger mix`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}
