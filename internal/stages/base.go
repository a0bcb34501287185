package stages

import (
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

var (
	debianName = lazyregexp.New(`\b(buster|bullseye|bookworm|trixie|forky|sid)\b`)
	ubuntuName = lazyregexp.New(`\b(focal|jammy|noble)\b`)
	major      = lazyregexp.New(`(\d+)`)
	jdkMajor   = lazyregexp.New(`(?:jdk|temurin|openjdk|corretto|java)-?(\d+)`)
)

// final chooses the base of the final stage: what the user asked for, else the first candidate that the engine holds,
// else the first. Candidates keep the registry of the original's base where they are variants of it.
func (a *conversion) final(candidates ...string) error {
	ref, err := a.chooseFinal(candidates)
	// Where FROM takes its version from an argument, the final stage takes it too.
	if b := a.st.Base; err == nil && b.FromArg && a.o.FinalImage == "" && strings.HasPrefix(ref, b.Text) {
		ref = b.Raw + strings.TrimPrefix(ref, b.Text)
	}
	if b := a.st.Base; err == nil && b.Digest != "" && ref != b.Text && a.o.FinalImage == "" && official(b) != "" &&
		languageOfBase(b.Name()) == languageOfBase(dockerfile.ParseRef(ref).Name()) {
		return refuse(a.st.From,
			"%s is pinned by its digest, and which digest its twin %s has is not known: name it with --final-image "+
				"%s@sha256:…", rawRepository(b), ref, ref)
	}
	a.res.Final = ref
	return err
}

func (a *conversion) chooseFinal(candidates []string) (string, error) {
	if a.o.FinalImage != "" {
		return a.o.FinalImage, nil
	}
	if len(candidates) == 0 {
		return "", refuse(a.st.From, "drydock knows no slim twin of %s; name one with --final-image", a.st.Base.Text)
	}
	for _, c := range candidates {
		if a.held(c) {
			return c, nil
		}
	}
	return candidates[0], nil
}

func (a *conversion) held(ref string) bool {
	want := dockerfile.ParseRef(ref)
	if want.Tag == "" {
		want.Tag = "latest"
	}
	for _, h := range a.o.Held {
		have := dockerfile.ParseRef(h)
		if have.Registry == want.Registry && have.Repository == want.Repository && have.Tag == want.Tag {
			return true
		}
	}
	return false
}

// slimTwins are the smaller variants of an official language image: the same distribution and version, so the same
// C library, interpreter and paths. An image that is slim or Alpine already is its own twin. Of an image that is not
// known, only a variant that the engine holds is one.
func (a *conversion) slimTwins() []string {
	b := a.st.Base
	repo := rawRepository(b)
	tag := b.Tag
	name := official(b)
	known := name == "python" || name == "node" || name == "ruby" || name == "pypy"
	switch {
	case strings.Contains(tag, "slim") || strings.Contains(tag, "alpine"):
		if known || a.held(b.Text) || b.Digest != "" {
			return []string{b.Text}
		}
		return []string{b.Text}
	case strings.Contains(tag, "light"): // a local variant: it has compilers, its slim sibling has none
		return a.heldOnly(repo + ":" + strings.Replace(tag, "light", "slim", 1))
	}
	twin := repo + ":" + slimTag(b)
	if known {
		a.knows(twin+" is the slim twin of "+b.Text,
			"the official image %s has a slim variant of every version on Debian", name)
		return []string{twin}
	}
	return a.heldOnly(twin)
}

// heldOnly keeps those that the engine holds: of these it is known that there is one.
func (a *conversion) heldOnly(refs ...string) []string {
	var out []string
	for _, r := range refs {
		if a.held(r) {
			out = append(out, r)
		}
	}
	return out
}

// slimTag is the tag of the slim variant.
func slimTag(b dockerfile.Ref) string {
	tag := b.Tag
	if tag == "" || tag == "latest" {
		return "slim"
	}
	m := debianName.FindStringIndex(tag)
	switch {
	case m == nil:
		return tag + "-slim"
	case b.Name() == "node":
		return tag[:m[1]] + "-slim"
	case m[0] > 0:
		return strings.TrimRight(tag[:m[0]], "-") + "-slim-" + tag[m[0]:m[1]]
	}
	return "slim-" + tag
}

// rawRepository is the reference as written, without tag and digest.
func rawRepository(b dockerfile.Ref) string {
	s, _, _ := strings.Cut(b.Text, "@")
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, '/') {
		s = s[:i]
	}
	return s
}

// distroTwins are the final bases for a plain distribution.
func (a *conversion) distroTwins() []string {
	b := a.st.Base
	repo := rawRepository(b)
	switch official(b) {
	case "debian":
		if b.Tag == "" || strings.Contains(b.Tag, "slim") {
			return []string{b.Text}
		}
		return []string{repo + ":" + b.Tag + "-slim"}
	case "ubuntu", "alpine":
		return []string{b.Text}
	case "buildpack-deps":
		return debianSlims(debianName.FindString(b.Tag))
	}
	if b.Registry == "docker.io" && b.Repository == "nvidia/cuda" {
		return []string{repo + ":" + strings.Replace(b.Tag, "-devel", "-runtime", 1)}
	}
	return nil
}

// debianSlims are the Debian images that fit what was linked on a release, "" if that is not known.
func debianSlims(release string) []string {
	if debianName.MatchString(release) {
		return []string{"debian:" + release + "-slim"}
	}
	return []string{"debian:bookworm-slim", "debian:stable-slim"}
}

// linkedOn are the bases for a program that is linked with the builder's C library.
func (a *conversion) linkedOn() []string {
	if a.alpine() {
		return []string{"alpine:" + alpineTag(a.st.Base.Tag)}
	}
	if a.release() == "" && a.o.FinalImage == "" {
		const newest = "debian:stable-slim" // a newer C library runs what an older one has linked
		a.guesses("the program that is linked on "+a.st.Base.Text+" runs on "+newest,
			"the tag tells no release, and libraries besides the C library may have other names there")
		a.note("The release of %s is not told by its tag. --prove finds out, --final-image chooses another base.",
			a.st.Base.Text)
		return []string{newest}
	}
	return debianSlims(a.release())
}

// alpine reports whether the image's distribution is Alpine, whose package manager and C library are others.
func (a *conversion) alpine() bool {
	b := a.st.Base
	if strings.Contains(b.Tag, "alpine") || b.Name() == "alpine" {
		return true
	}
	found := false
	a.parts(func(p *command) { found = found || p.is("apk") })
	return found
}

// ubuntu reports whether the distribution is Ubuntu, as far as the name tells.
func (a *conversion) ubuntu() bool {
	return a.st.Base.Name() == "ubuntu" || ubuntuName.MatchString(a.st.Base.Tag) ||
		ubuntuName.MatchString(a.o.Facts.Release) || strings.Contains(a.st.Base.Tag, "ubuntu")
}

// release is the distribution's release as far as the tag or the built image tells, "" if neither does.
func (a *conversion) release() string {
	if a.o.Facts.Release != "" {
		return a.o.Facts.Release
	}
	if m := debianName.FindString(a.st.Base.Tag); m != "" {
		return m
	}
	if m := ubuntuName.FindString(a.st.Base.Tag); m != "" {
		return m
	}
	switch {
	case a.st.Base.Name() == "debian":
		return map[string]string{"10": "buster", "11": "bullseye", "12": "bookworm",
			"13": "trixie"}[strings.Split(strings.TrimSuffix(a.st.Base.Tag, "-slim"), ".")[0]]
	case official(a.st.Base) != "debian" && a.settled() != "":
		return "bookworm"
	case a.st.Base.Name() == "ubuntu":
		return map[string]string{"20.04": "focal", "22.04": "jammy", "24.04": "noble"}[a.st.Base.Tag]
	}
	return ""
}

// firstRecent is the first version of an official image that was still being made when its plain tag moved to Debian
// bookworm (June 2023): such a tag stands on that release or a newer one.
var firstRecent = map[string][2]int{"python": {3, 8}, "node": {18, 0}, "ruby": {3, 0}, "golang": {1, 20},
	"rust": {1, 70}, "php": {8, 0}, "pypy": {3, 9},
	"eclipse-temurin": {0, 0}, "buildpack-deps": {0, 0}, "debian": {0, 0}}

var versionTag = lazyregexp.New(`^v?(\d+)(?:\.(\d+))?`)

// recent reports whether an official image whose tag names no release stands on bookworm or a newer one.
func (a *conversion) recent() bool {
	first, ok := firstRecent[official(a.st.Base)]
	if !ok {
		return false
	}
	m := versionTag.FindStringSubmatch(a.st.Base.Tag)
	if m == nil {
		return true // latest, stable, lts
	}
	major, _ := strconv.Atoi(m[1])
	minor := 1 << 20 // python:3 is the newest of its line
	if m[2] != "" {
		minor, _ = strconv.Atoi(m[2])
	}
	return major > first[0] || major == first[0] && minor >= first[1]
}

// settledOn are versions of official images that got their last build while their plain tag stood on Debian bookworm:
// the release of such a tag does not change any more. Both ends are included.
var settledOn = map[string][2][2]int{"python": {{3, 8}, {3, 8}}, "node": {{18, 0}, {18, 99}}, "ruby": {{3, 0}, {3, 1}},
	"golang": {{1, 21}, {1, 22}}, "rust": {{1, 71}, {1, 86}},
	"php": {{8, 0}, {8, 0}}}

// settled is the release of an official image whose tag names none and whose version is not built any more.
func (a *conversion) settled() string {
	span, ok := settledOn[official(a.st.Base)]
	m := plainVersion.FindStringSubmatch(a.st.Base.Tag)
	if !ok || m == nil {
		return ""
	}
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[2])
	if m[2] == "" && (span[0][1] > 0 || official(a.st.Base) != "node") {
		return "" // the newest of its line, which moves on
	}
	v, lo, hi := major*1000+minor, span[0][0]*1000+span[0][1], span[1][0]*1000+span[1][1]
	if v < lo || v > hi {
		return ""
	}
	a.knows(a.st.Base.Text+" stands on Debian bookworm", "its version got its last build on that release")
	return "bookworm"
}

// plainVersion is a tag that is a version, or the slim form of one.
var plainVersion = lazyregexp.New(`^v?(\d+)(?:\.(\d+))?(?:\.\d+)?(?:-slim)?$`)

// javaMajor is the Java version that a base image's name tells, "" if it does not.
func javaMajor(b dockerfile.Ref) string {
	if m := jdkMajor.FindStringSubmatch(b.Name() + "-" + b.Tag); m != nil {
		return m[1]
	}
	switch b.Name() {
	case "eclipse-temurin", "openjdk", "amazoncorretto", "zulu-openjdk":
		return major.FindString(b.Tag)
	}
	return ""
}

// tomcats are the images of the same Tomcat on the runtime, where the tag tells that this one is on the JDK.
func (a *conversion) tomcats() []string {
	b := a.st.Base
	if !strings.Contains(b.Tag, "jdk") {
		return nil
	}
	return []string{rawRepository(b) + ":" + strings.Replace(b.Tag, "jdk", "jre", 1)}
}

// jres are the final bases for a Java application.
func (a *conversion) jres() []string {
	v := javaMajor(a.st.Base)
	if v == "" || official(a.st.Base) == "" && a.st.Base.Repository != "azul/zulu-openjdk" {
		return nil
	}
	if strings.Contains(a.st.Base.Tag, "alpine") {
		return []string{"eclipse-temurin:" + v + "-jre-alpine"}
	}
	return []string{"eclipse-temurin:" + v + "-jre", "openjdk:" + v + "-jre-slim", "openjdk:" + v + "-jre"}
}
