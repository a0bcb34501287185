package stages

import (
	"encoding/xml"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

type java struct {
	*conversion
	tool   string // "maven" or "gradle"
	build  *command
	jar    string   // path of the archive in the builder
	copies []string // folders of a class path
}

// planJava builds with the JDK and runs the archive, by its exact name, on the JRE of the same version.
func planJava(a *conversion) error {
	j := &java{conversion: a}
	a.parts(func(p *command) {
		switch {
		case p.is("mvn", "mvnw"):
			j.tool, j.build = "maven", p
		case p.is("gradle", "gradlew"):
			j.tool, j.build = "gradle", p
		case p.is("javac") && j.build == nil:
			j.tool, j.build = "javac", p
		}
	})
	if j.build == nil {
		return refuse(nil, "no build by Maven, Gradle or javac was found, so what ships could not be told")
	}
	jres := a.jres()
	if strings.Contains(a.st.Base.Name(), "tomcat") {
		jres = a.tomcats()
		if j.copies = j.deployed(); len(j.copies) == 0 {
			return refuse(nil,
				"which archive is put into Tomcat's webapps could not be told; copy target/NAME.war there by its name")
		}
	} else if err := j.locate(); err != nil {
		return err
	}
	if len(jres) == 0 && strings.Contains(a.st.Base.Text, "debian") {
		jres = a.distroTwins()
	}
	if err := a.final(jres...); err != nil {
		return err
	}
	j.builder()
	if err := a.leftBehind(func(c *command) bool {
		return c.from.in.Line <= j.build.from.in.Line && !c.is("mvn", "mvnw", "gradle", "gradlew", "javac")
	}, append(j.copies, j.build.dir, j.jar)...); err != nil {
		return err
	}
	a.leaves("start the archive with java -jar", "mvn", "mvnw", "gradle", "gradlew", "javac")
	f := a.stage(j.finalComment(), a.res.Final, "")
	w := a.finalWriter(f)
	w.install = func() {
		switch dir := path.Dir(j.jar); {
		case j.jar == "" || slices.ContainsFunc(a.left, func(p string) bool { return within(j.jar, p) }):
		case path.Base(dir) == "quarkus-app" || a.o.Whole && dir != "/": // an archive that reads others beside it
			f.add("COPY --from=builder " + dir + " " + dir)
		default:
			f.add("COPY --from=builder " + j.jar + " " + j.jar)
		}
		for _, c := range j.copies {
			f.add("COPY --from=builder " + c + " " + c)
		}
	}
	w.drop = func(o *instruction) bool {
		return a.onlyBuilt(o, j.build.from, j.build.dir) && !startsWithIt(a, o)
	}
	w.runs = func(p *command) bool { return p.kind == account || aroundProgram(p, j.build.from) }
	if strings.Contains(a.st.Base.Name(), "tomcat") {
		a.note("It still runs as root: Tomcat writes below its own folder (logs, temp, work).")
		w.writeAsIs()
		return nil
	}
	w.start = j.command
	if j.jar != "" {
		a.pattern = j.expanded
	}
	w.write()
	return nil
}

// deployed are the archives that the build puts into a server's folder.
func (j *java) deployed() []string {
	var out []string
	j.parts(func(p *command) {
		w := strings.Fields(p.text)
		if !p.is("cp", "mv") || len(w) < 3 || !strings.HasSuffix(w[len(w)-2], ".war") {
			return
		}
		to := join(p.from.dir, w[len(w)-1])
		if !strings.HasSuffix(to, ".war") {
			if strings.ContainsAny(w[len(w)-2], "*?") {
				return
			}
			to = path.Join(to, path.Base(w[len(w)-2]))
		}
		out = append(out, to)
	})
	return out
}

func (j *java) finalComment() string {
	if strings.Contains(j.st.Base.Name(), "tomcat") {
		return "The final stage serves the archive on the runtime alone."
	}
	if j.jar == "" {
		return "The final stage runs the classes on the runtime alone."
	}
	return "The final stage runs the archive on the runtime alone."
}

// startsWithIt: a COPY of a script that the image starts.
func startsWithIt(a *conversion, o *instruction) bool {
	for _, c := range a.copies(0) {
		if c.op == o && c.from != "." && strings.HasSuffix(c.from, ".sh") {
			return true
		}
	}
	return false
}

// locate finds what the command runs: an archive by name, a class path, or what a plugin would start.
func (j *java) locate() error {
	words := j.startWords()
	source := strings.Join(words, " ")
	if len(words) == 0 {
		if in := j.last("CMD"); in != nil && in.Script != nil {
			source = in.Script.Source
		} else if in := j.last("ENTRYPOINT"); in != nil && in.Script != nil {
			source = in.Script.Source
		}
	}
	if m := regexp.MustCompile(`-jar\s+(\S+)`).FindStringSubmatch(source); m != nil {
		jar := strings.Trim(m[1], `"'`)
		moved := j.movedFrom(join(j.workDir(), jar))
		switch {
		case strings.ContainsAny(jar, "*?"):
			name := j.archive()
			if name == "" {
				return refuse(j.last("CMD"),
					"the archive's name is left to a pattern and could not be told from the build's settings")
			}
			j.jar = join(j.buildDir(), name)
		case moved != "":
			j.jar = join(j.workDir(), jar)
		default:
			j.jar = join(j.workDir(), jar)
		}
		return nil
	}
	if m := regexp.MustCompile(`-(?:cp|classpath|-class-path)\s+(\S+)`).FindStringSubmatch(source); m != nil {
		for _, p := range strings.Split(strings.Trim(m[1], `"'`), ":") {
			p = strings.TrimSuffix(strings.TrimSuffix(p, "/*"), "/")
			if p != "" && p != "." {
				j.copies = append(j.copies, join(j.workDir(), p))
			} else {
				j.copies = append(j.copies, j.workDir())
			}
		}
		return nil
	}
	if strings.Contains(source, "spring-boot:run") || strings.Contains(source, "bootRun") {
		name := j.archive()
		if name == "" {
			return refuse(j.last("CMD"), "the archive's name could not be told from the build's settings")
		}
		if !packages(j.build.text) {
			return refuse(j.build.from.in,
				"nothing is packaged, so the app is compiled when it starts; add RUN mvn package (or gradle build) "+
					"and start the archive with java -jar")
		}
		j.jar = join(j.buildDir(), name)
		return nil
	}
	if len(words) > 0 && path.Base(words[0]) == "java" && j.tool == "javac" {
		j.copies = append(j.copies, j.workDir())
		return nil
	}
	return refuse(j.last("CMD"),
		"which archive it runs could not be told from its command; start it with java -jar NAME.jar")
}

func packages(t string) bool {
	return hasAny(t, "package", "install", "verify", "bootJar", "build", "assemble", "shadowJar")
}

// movedFrom: `RUN cp target/x.jar app.jar` in the builder leaves the archive where the command finds it.
func (j *java) movedFrom(to string) string {
	from := ""
	j.parts(func(p *command) {
		if w := strings.Fields(p.text); len(w) == 3 && (w[0] == "cp" || w[0] == "mv") && join(p.from.dir, w[2]) == to {
			from = w[1]
		}
	})
	return from
}

// buildDir is the project's folder in the image.
func (j *java) buildDir() string { return j.build.from.dir }

type pom struct {
	ArtifactID string `xml:"artifactId"`
	Version    string `xml:"version"`
	Packaging  string `xml:"packaging"`
	Parent     struct {
		Version string `xml:"version"`
	} `xml:"parent"`
	Build struct {
		FinalName string `xml:"finalName"`
	} `xml:"build"`
}

var (
	gradleName    = lazyregexp.New(`rootProject\.name\s*=\s*['"]([^'"]+)['"]`)
	gradleVersion = lazyregexp.New(`(?m)^\s*version\s*=?\s*['"]([^'"]+)['"]`)
	gradleArchive = lazyregexp.New(`archiveFileName(?:\.set\(|\s*=\s*)['"]([^'"]+\.jar)['"]`)
)

// archive is the path of what the build makes, in the project's folder, as its settings tell; "" if they do not.
func (j *java) archive() string {
	if j.tool == "maven" {
		var p pom
		if xml.Unmarshal([]byte(j.read(j.buildFile("pom.xml"))), &p) != nil || p.ArtifactID == "" {
			return ""
		}
		if p.Version == "" {
			p.Version = p.Parent.Version
		}
		name := p.ArtifactID + "-" + p.Version
		if p.Build.FinalName != "" {
			name = strings.NewReplacer("${project.artifactId}", p.ArtifactID, "${project.version}",
				p.Version).Replace(p.Build.FinalName)
		}
		if p.Packaging == "" {
			p.Packaging = "jar"
		}
		if strings.Contains(name, "${") {
			return ""
		}
		return "target/" + name + "." + p.Packaging
	}
	build := j.read(j.buildFile("build.gradle")) + j.read(j.buildFile("build.gradle.kts"))
	if m := gradleArchive.FindStringSubmatch(build); m != nil {
		return "build/libs/" + m[1]
	}
	settings := j.read(j.buildFile("settings.gradle")) + j.read(j.buildFile("settings.gradle.kts"))
	m := gradleName.FindStringSubmatch(settings)
	if m == nil {
		return ""
	}
	name := m[1]
	if v := gradleVersion.FindStringSubmatch(build); v != nil {
		name += "-" + v[1]
	}
	return "build/libs/" + name + ".jar"
}

// buildFile is the path in the context of a file of the project's folder in the image.
func (j *java) buildFile(name string) string {
	if src, ok := j.source(join(j.buildDir(), name), 0); ok {
		return src
	}
	return name
}

// builder keeps the original's lines up to the build, with the build tool's downloads in a cache.
func (j *java) builder() {
	b := j.stage("The builder has the JDK and the build tool.", j.from(), "builder")
	cache := map[string]string{"maven": "/root/.m2", "gradle": "/root/.gradle"}[j.tool]
	last := 0
	for i, o := range j.instructions {
		for _, p := range o.commands {
			if p.kind != account && p.kind != clean {
				last = i
			}
		}
	}
	for i, o := range j.instructions {
		if i > last {
			break
		}
		switch o.in.Keyword {
		case "WORKDIR", "ARG", "SHELL", "COPY", "ADD":
			b.keep(o, j.text(o))
		case "ENV":
			if !onlyServes(o.in) {
				b.add(j.text(o))
			}
		case "RUN":
			if j.buildPackages(b, o) {
				continue
			}
			compiles := false
			list := j.pick(o, builds, func(c *command) string {
				compiles = compiles || c.is("mvn", "mvnw", "gradle", "gradlew")
				return c.text
			})
			if len(list) > 0 && compiles {
				b.keep(o, j.cached(o, cache, list...))
				continue
			}
			b.keep(o, j.runOf(o, list))
		}
	}
}

// command names the archive exactly where the original leaves it to a pattern or to the build tool.
func (j *java) command(words []string) ([]string, string) {
	if len(words) == 0 || j.jar == "" {
		return words, ""
	}
	if base := path.Base(words[0]); base != "java" {
		return []string{"java", "-jar", j.jar}, base + " is not in the final stage"
	}
	return words, ""
}

// expanded are the words of `java … -jar target/*.jar`, with the archive's name in the pattern's place.
func (j *java) expanded(o *instruction) ([]string, bool) {
	if o.in.Script == nil || len(o.in.Script.Commands) != 1 || len(o.in.Script.Steps) != 1 {
		return nil, false
	}
	var out []string
	for _, w := range o.in.Script.Commands[0].Words {
		switch {
		case strings.ContainsAny(w.Text, "*?") && strings.HasSuffix(w.Text, ".jar"):
			out = append(out, j.jar)
		case !w.Literal:
			return nil, false
		default:
			out = append(out, w.Text)
		}
	}
	j.change("command", "the archive is named exactly")
	return out, true
}
