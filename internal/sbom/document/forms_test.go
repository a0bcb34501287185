package document_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/sbom/document"
)

const (
	cdx = `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"lodash","version":"4.17.15","purl":"pkg:npm/lodash@4.17.15"}]}`
	tv  = "SPDXVersion: SPDX-2.3\nPackageName: lodash\nPackageVersion: 4.17.15\nExternalRef: PACKAGE-MANAGER purl " +
		"pkg:npm/lodash@4.17.15\n"
	xml = `<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="library"><name>lodash</name><version>4.17.15</version>` +
		`<purl>pkg:npm/lodash@4.17.15</purl></component></components></bom>`
	spdxDoc = `{"packages":[{"SPDXID":"SPDXRef-1","name":"lodash","versionInfo":"4.17.15","externalRefs":[{"referenceCategory":"PACKAGE_MANAGER",` +
		`"referenceType":"http://spdx.org/rdf/references/purl","referenceLocator":"pkg:npm/lodash@4.17.15"}]}],"spdxVersion":"SPDX-2.3"}`
)

func statement(predicate string) string {
	return `{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document","subject":[],"predicate":` + predicate + `}`
}

func envelope(payload string) string {
	return `{"payloadType":"application/vnd.in-toto+json","payload":"` +
		base64.StdEncoding.EncodeToString([]byte(payload)) + `","signatures":[{"sig":"x"}]}`
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	fmt.Fprint(w, s)
	w.Close()
	return b.String()
}

func zst(s string) string {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return string(w.EncodeAll([]byte(s), nil))
}

func utf16(s string, order unicode.Endianness) string {
	out, err := unicode.UTF16(order, unicode.UseBOM).NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

// wrappings are one package in every form in which a document may be stored.
var wrappings = map[string]string{
	"CycloneDX": cdx, "XML": xml, "SPDX": spdxDoc, "tag-value": tv,
	"byte order mark":        "\xef\xbb\xbf" + cdx,
	"GitHub's export":        `{"sbom":` + spdxDoc + `}`,
	"statement":              statement(spdxDoc),
	"statement of CycloneDX": statement(cdx),
	"cosign's Data":          statement(`{"Data":` + spdxDoc + `,"Timestamp":"x"}`),
	"cosign's text":          statement(`{"Data":` + quoted(spdxDoc) + `,"Timestamp":"x"}`),
	"tag-value in a string":  statement(quoted(tv)),
	"XML in a string":        statement(quoted(xml)),
	"envelope":               envelope(statement(cdx)),
	"bundle": `{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":` +
		envelope(statement(cdx)) + `}`,
	"verified": `[{"attestation":{"bundle":{"dsseEnvelope":` + envelope(statement(cdx)) + `}}}]`,
	"one of several lines": envelope(`{"predicateType":"https://slsa.dev/provenance/v1","predicate":{}}`) + "\n" +
		envelope(statement(cdx)) + "\n",
	"buildx":              `{"SPDX":` + spdxDoc + `}`,
	"buildx, by platform": `{"linux/amd64":{"SPDX":` + spdxDoc + `}}`,
	"gzip":                zipped(cdx), "gzip of tag-value": zipped(tv),
	"gzip of an envelope": zipped(envelope(statement(cdx))),
	"zstd":                zst(xml),
	"UTF-16":              utf16(cdx, unicode.LittleEndian), "UTF-16, the other way": utf16(tv, unicode.BigEndian),
	"gzip of UTF-16": zipped(utf16(spdxDoc, unicode.LittleEndian)),
	"UTF-16 XML":     utf16(`<?xml version="1.0" encoding="UTF-16"?>`+xml, unicode.LittleEndian),
	"CR":             strings.ReplaceAll(tv, "\n", "\r"),
	"CR LF":          strings.ReplaceAll(tv, "\n", "\r\n"),
	"comments first": "# made by hand\n\n" + tv,
	"relation in between": strings.Replace(tv, "PackageVersion",
		"Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-1\nRelationshipComment: x\nPackageVersion", 1),
	"reference as address": strings.Replace(tv, " purl ", " http://spdx.org/rdf/references/purl ", 1),
	"SPDX 2.1":             strings.Replace(tv, "SPDX-2.3", "SPDX-2.1", 1),
	"file":                 strings.Replace(cdx, "library", "file", 1),
	"platform":             strings.Replace(cdx, "library", "platform", 1),
	"unknown type":         strings.Replace(cdx, "library", "machine-learning-model", 1),
}

func TestEveryWrapping(t *testing.T) {
	for name, text := range wrappings {
		inv, err := document.Read(strings.NewReader(text), "x")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := brief(inv); got != "npm lodash 4.17.15" {
			t.Errorf("%s: %s, %v", name, got, inv.Problems)
		}
		look, err := document.LookAt(strings.NewReader(text))
		if err != nil || !look.SBOM && name != "verified" {
			t.Errorf("%s: looks like %+v, %v", name, look, err)
		}
	}
}

func brief(inv *inventory.Inventory) string {
	var out []string
	for _, p := range inv.Packages {
		out = append(out, strings.TrimSpace(p.Ecosystem+" "+p.Name+" "+p.Version))
	}
	return strings.Join(out, ", ")
}

// The field that tells what a document is may stand behind all the rest.
func TestLookFindsWhatTellsAtTheEnd(t *testing.T) {
	far := `{"name":"x","packages":[` + strings.Repeat(`{"name":"a","comment":"`+strings.Repeat("x", 1000)+`"},`,
		1000) + `{}],"spdxVersion":"SPDX-2.3"}`
	if look, err := document.LookAt(strings.NewReader(far)); err != nil || !look.SBOM {
		t.Errorf("%+v, %v", look, err)
	}
}

// What is no SBOM is named as what it is, with what to do.
func TestLookNamesWhatItIs(t *testing.T) {
	for text, want := range map[string]string{
		`{"name":"a","lockfileVersion":3,"packages":{}}`:      "an npm lockfile",
		`{"SchemaVersion":2,"ArtifactName":"x","Results":[]}`: "trivy's own report",
		`{"matches":[],"descriptor":{"name":"grype"}}`:        "grype's report",
		`{"schema":"drydock.report/1","gates":[]}`:            "a report of drydock",
		`[{"Id":"x","RepoTags":["a:1"],"RootFS":{}}]`:         "what docker inspect prints of an image",
		`{"artifacts":[{"name":"x"}]}`:                        "",
		"BZh91AY":                                             "compressed with bzip2 or xz",
		"\x7fELF":                                             "a program",
		"":                                                    "an empty file",
		"@prefix spdx: <http://spdx.org/rdf/terms#> .":        "SPDX as RDF in Turtle",
		"FROM scratch":                                        "",
		"\x1f\x8b\x08\x00":                                    "damaged: compressed with gzip: unexpected EOF",
		`{"@context":"https://openvex.dev/ns/v0.2.0","statements":[]}`:    "an OpenVEX document",
		`{"$schema":"x","version":"2.1.0","runs":[]}`:                     "a SARIF log",
		`{"schemaVersion":2,"mediaType":"x","manifests":[],"layers":[1]}`: "the index of an image",
	} {
		look, err := document.LookAt(strings.NewReader(text))
		if err != nil || look.SBOM || look.Is != want {
			t.Errorf("%q: %+v, %v; want %q", text, look, err, want)
		}
		if _, err := document.Read(strings.NewReader(text), "x"); err == nil || clierr.Code(err) != clierr.ExitInput ||
			!strings.Contains(err.Error(), strings.TrimPrefix(strings.TrimPrefix(want, "an "), "damaged: ")) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestErrorsOfWrappings(t *testing.T) {
	deep := cdx
	for range 20 {
		deep = `{"sbom":` + deep + `}`
	}
	for _, c := range []struct{ name, in, want, hint string }{
		{"CycloneDX 1.0", `<bom xmlns="http://cyclonedx.org/schema/bom/1.0"/>`, "CycloneDX 1.0 is too old",
			"cyclonedx convert"},
		{"CycloneDX 1.1", `<bom xmlns="http://cyclonedx.org/schema/bom/1.1"/>`, "CycloneDX 1.1 is too old",
			"cyclonedx convert"},
		{"SPDX 1", "SPDXVersion: SPDX-1.2\n", "SPDX-1.2 is too old", "SPDX 2.3"},
		{"provenance", statement(`{"builder":{}}`), "an attestation of https://spdx.dev/Document, which is no SBOM",
			"CycloneDX"},
		{"wrapped over and over", deep, "wrapped more than 8 times over", ""},
		{"payload cut off", envelope(statement(cdx)[:200]), "in payload: unexpected EOF", ""},
		{"payload no base64", `{"payload":"!!!!","payloadType":"application/vnd.in-toto+json"}`,
			"in payload: illegal base64", ""},
		{"gzip cut off", zipped(cdx)[:60], "unexpected EOF", "cut off"},
		{"gzip over and over", zipped(zipped(zipped(zipped(cdx)))), "compressed more than 3 times over", ""},
		{"unknown encoding", `<?xml version="1.0" encoding="EBCDIC"?>` + xml,
			`the encoding "EBCDIC" is not one that can be read`, ""},
		{"YAML", "spdxVersion: SPDX-2.3\npackages: [\n", "x:2:11: not valid YAML", "quotes"},
	} {
		_, err := document.Read(strings.NewReader(c.in), "x")
		if err == nil || clierr.Code(err) != clierr.ExitInput || !strings.Contains(err.Error(), c.want) ||
			!strings.Contains(clierr.Hint(err), c.hint) {
			t.Errorf("%s: %v (%s); want %s (%s)", c.name, err, clierr.Hint(err), c.want, c.hint)
		}
	}
}

// What a document lists and what nobody could judge is listed all the same, and what is no package is said.
func TestComponentsThatAreNoPlainPackages(t *testing.T) {
	doc := func(components string) string {
		return `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[` + components + `]}`
	}
	for _, c := range []struct{ in, packages, problem string }{
		{`{"type":"library","name":"lodash"}`, "lodash", ""},
		{`{"type":"application","name":"redis","cpe":"cpe:2.3:a:redis:redis:7.0.0:*:*:*:*:*:*:*"}`, "redis", ""},
		{`{"type":"application","name":"traefik"}`, "traefik", ""},
		{`{"type":"application","name":"app/package-lock.json"},` +
			`{"type":"application","name":"x","properties":[{"name":"aquasecurity:trivy:Class","value":"lang-pkgs"}]}`,
			"", "the SBOM lists no packages"},
		{`{"type":"file","name":"/etc/passwd"},{"type":"file","name":"/bin/sh"}`, "",
			"the SBOM lists no packages, only 2 files"},
		{`{"type":"file","name":"jq","version":"1.6"}`, "jq 1.6", ""},
		{`{"type":"container","name":"app:1","purl":"pkg:oci/app@sha256:00"}`, "",
			`a container image is named and was not looked into ("app:1")`},
		{`{"type":"library"}`, "", "a component has neither a name nor a package URL"},
		{``, "", "the SBOM lists no packages"},
		{`{"name":"a","purl":"pkg:generic/redis@7.0"}`, "Bitnami redis 7.0.0", ""},
		{`{"name":"a","purl":"pkg:generic/acme/redis@7.0"}`, "a 7.0", ""},
		{`{"name":"a","purl":"pkg:bitnami/redis@7.0.0-1?arch=amd64"}`, "Bitnami redis 7.0.0", ""},
		{`{"name":"a","purl":"pkg:conda/numpy@1.26"}`, "conda numpy 1.26", ""},
		{`{"name":"a","purl":"pkg:github/traefik/traefik@v3"}`, "traefik/traefik v3", ""},
	} {
		inv, err := document.Read(strings.NewReader(doc(c.in)), "x")
		if err != nil {
			t.Fatal(err)
		}
		problem := ""
		for _, p := range inv.Problems {
			problem += p.Reason + "\n"
		}
		if brief(inv) != c.packages || !strings.Contains(problem, c.problem) || (c.problem == "") != (problem == "") {
			t.Errorf("%s: %s; %s", c.in, brief(inv), problem)
		}
	}
}

// The subject of a document that holds other packages is the name for all of them, and is not looked up.
func TestSubject(t *testing.T) {
	const one = `{"SPDXID":"SPDXRef-1","name":"repo"}`
	const two = `,{"SPDXID":"SPDXRef-2","name":"b","versionInfo":"1","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/b@1"}]}`
	const end = `],"relationships":[{"relationshipType":"DESCRIBES","spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-1"}]}`
	for in, want := range map[string]string{one: "repo", one + two: "npm b 1"} {
		inv, err := document.Read(strings.NewReader(`{"spdxVersion":"SPDX-2.3","packages":[`+in+end), "x")
		if err != nil || brief(inv) != want {
			t.Errorf("%s: %s, %v", in, brief(inv), err)
		}
	}
}

func TestLatin1(t *testing.T) {
	text, err := charmap.ISO8859_1.NewEncoder().String(`<?xml version="1.0" encoding="ISO-8859-1"?>` +
		strings.Replace(xml, "<name>lodash</name>", "<name>lodash</name><publisher>Jürgen</publisher>", 1))
	if err != nil {
		t.Fatal(err)
	}
	inv, err := document.Read(strings.NewReader(text), "x")
	if err != nil || brief(inv) != "npm lodash 4.17.15" {
		t.Error(err)
	}
}

// The release of a distribution may stand in the document alone, and each tool has names of its own.
func TestDistributions(t *testing.T) {
	doc := func(os, purl string) string {
		return `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"x","version":"1","purl":"` + purl +
			`"}` + os + `]}`
	}
	const alpine = `,{"type":"operating-system","name":"alpine","version":"3.18.4"}`
	for _, c := range []struct{ os, purl, want string }{
		{"", "pkg:rpm/alma/x@1?distro=alma-8.7", "AlmaLinux:8"},
		{"", "pkg:rpm/almalinux/x@1?distro=almalinux-8.7", "AlmaLinux:8"},
		{"", "pkg:rpm/redhat/x@1?distro=redhat-9.4", "Red Hat:enterprise_linux:9"},
		{"", "pkg:rpm/opensuse/x@1?distro=opensuse-leap-15.5", "openSUSE:Leap 15.5"},
		{"", "pkg:rpm/opensuse/x@1?distro=opensuse.leap-15.5", "openSUSE:Leap 15.5"},
		{"", "pkg:rpm/suse/x@1?distro=sles-15.5", "SUSE:Linux Enterprise Server 15 SP5"},
		{"", "pkg:rpm/suse/x@1?distro=suse%20linux%20enterprise%20server-15.3", "SUSE:Linux Enterprise Server 15 SP3"},
		{"", "pkg:rpm/photon/x@1?distro=photon-5.0", "Photon OS:5.0"},
		{"", "pkg:rpm/cbl-mariner/x@1?distro=cbl-mariner-2.0.20231004", "Azure Linux:2"},
		{"", "pkg:rpm/azurelinux/x@1?distro=azurelinux-3.0", "Azure Linux:3"},
		{"", "pkg:deb/ubuntu/x@1?distro=jammy", "Ubuntu:22.04:LTS"},
		{"", "pkg:deb/ubuntu/x@1?distro=ubuntu-23.10", "Ubuntu:23.10"},
		{"", "pkg:deb/debian/x@1?distro=debian-bookworm", "Debian:12"},
		{"", "pkg:apk/wolfi/x@1?distro=wolfi-20230201", "Wolfi"},
		{"", "pkg:apk/chainguard/x@1?distro=20230214", "Chainguard"},
		{"", "pkg:apk/alpine/x@1?distro=3.18.4", "Alpine:v3.18"},
		{"", "pkg:alpine/x@1", "Alpine"},
		{alpine, "pkg:alpine/x@1", "Alpine:v3.18"},
		{alpine, "pkg:apk/x@1", "Alpine:v3.18"},
		{alpine, "pkg:apk/wolfi/x@1", "Wolfi"},
		{alpine, "pkg:npm/x@1", "npm"},
		{`,{"type":"operating-system","name":"openEuler","version":"22.03-LTS-SP1"}`,
			"pkg:rpm/openeuler/x@1?distro=openeuler-22.03", "openEuler:22.03-LTS-SP1"},
		{"", "pkg:rpm/amzn/x@1?distro=amzn-2023", "Amazon Linux:2023"},
		{"", "pkg:rpm/x@1", "rpm"},
		{"", "pkg:deb/kali/x@1?distro=kali-2024.1", "kali:2024.1"},
		{"", "pkg:alpm/arch/x@1", "Arch Linux"},
	} {
		inv, err := document.Read(strings.NewReader(doc(c.os, c.purl)), "x")
		if err != nil || len(inv.Packages) != 1 || inv.Packages[0].Ecosystem != c.want {
			t.Errorf("%s %s: %+v, %v; want %s", c.os, c.purl, inv, err, c.want)
		}
	}
}

func FuzzLookAt(f *testing.F) {
	for _, s := range wrappings {
		f.Add([]byte(s))
	}
	if b, err := os.ReadFile("testdata/syft.json"); err == nil {
		f.Add(b)
	}
	f.Add([]byte(`{"predicate":{"Data":` + cdx + `}}`))
	f.Add([]byte(`{"predicate":{"Data":{"sbom":` + cdx + `}}}`))
	f.Add([]byte(`{"predicate":` + strconv.Quote(cdx) + `}`))
	f.Add([]byte(`{"payload":"` + base64.StdEncoding.EncodeToString([]byte(cdx)) + `"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		look, err := document.LookAt(bytes.NewReader(b))
		if err != nil {
			return
		}
		// What is read without an error was worth reading.
		if inv, err := document.Read(bytes.NewReader(b), "x"); err == nil && inv != nil && len(inv.Packages) > 0 &&
			!look.SBOM {
			t.Errorf("%q is an SBOM and does not look like one", b)
		}
	})
}
