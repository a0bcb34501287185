package stages

import (
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
func (a *conversion) final(candidates ...string) (string, error) {
	ref, err := a.chooseFinal(candidates)
	// Where FROM takes its version from an argument, the final stage takes it too.
	if b := a.st.Base; err == nil && b.FromArg && a.o.FinalImage == "" && strings.HasPrefix(ref, b.Text) {
		ref = b.Raw + strings.TrimPrefix(ref, b.Text)
	}
	if b := a.st.Base; err == nil && b.Digest != "" && ref != b.Text {
		a.note("%s is pinned by its digest and %s is not: pin it too.", rawRepository(b), ref)
	}
	a.res.Final = ref
	return ref, err
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
// C library, interpreter and paths. An image that is slim or Alpine already is its own twin.
func slimTwins(b dockerfile.Ref) []string {
	repo := rawRepository(b)
	tag := b.Tag
	switch {
	case strings.Contains(tag, "slim") || strings.Contains(tag, "alpine") || strings.Contains(tag, "light"):
		if strings.Contains(tag, "light") { // a local variant: it has compilers, its slim sibling has none
			return []string{repo + ":" + strings.Replace(tag, "light", "slim", 1)}
		}
		return []string{b.Text}
	case tag == "" || tag == "latest":
		return []string{repo + ":slim"}
	}
	if m := debianName.FindStringIndex(tag); m != nil && m[0] > 0 {
		version, codename := strings.TrimRight(tag[:m[0]], "-"), tag[m[0]:m[1]]
		if b.Name() == "node" {
			return []string{repo + ":" + version + "-" + codename + "-slim"}
		}
		return []string{repo + ":" + version + "-slim-" + codename}
	} else if m != nil {
		if b.Name() == "node" {
			return []string{repo + ":" + tag + "-slim"}
		}
		return []string{repo + ":slim-" + tag}
	}
	return []string{repo + ":" + tag + "-slim"}
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
func distroTwins(b dockerfile.Ref) []string {
	repo := rawRepository(b)
	switch b.Name() {
	case "debian":
		if b.Tag == "" || strings.Contains(b.Tag, "slim") {
			return []string{b.Text}
		}
		return []string{repo + ":" + b.Tag + "-slim"}
	case "ubuntu", "alpine":
		return []string{b.Text}
	case "buildpack-deps":
		return debianSlims(debianName.FindString(b.Tag))
	case "cuda":
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
		a.note("The release of %s is not told by its tag; the final stage stands on one that may be older. --prove finds out, --final-image chooses another.", a.st.Base.Text)
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
	return a.st.Base.Name() == "ubuntu" || ubuntuName.MatchString(a.st.Base.Tag) || ubuntuName.MatchString(a.o.Facts.Release) || strings.Contains(a.st.Base.Tag, "ubuntu")
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
		return map[string]string{"10": "buster", "11": "bullseye", "12": "bookworm", "13": "trixie"}[strings.Split(strings.TrimSuffix(a.st.Base.Tag, "-slim"), ".")[0]]
	case a.st.Base.Name() == "ubuntu":
		return map[string]string{"20.04": "focal", "22.04": "jammy", "24.04": "noble"}[a.st.Base.Tag]
	}
	return ""
}

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
	if v == "" {
		return nil
	}
	if strings.Contains(a.st.Base.Tag, "alpine") {
		return []string{"eclipse-temurin:" + v + "-jre-alpine"}
	}
	return []string{"eclipse-temurin:" + v + "-jre", "openjdk:" + v + "-jre-slim", "openjdk:" + v + "-jre"}
}
