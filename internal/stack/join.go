package stack

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/bounded"
)

// Services often name only an image (`image: app:latest`) that something else builds. What is inside can then still be
// told from the Dockerfile, if it is certain which one that is. The ways to know, the surest first: drydock.yaml says
// so; another service builds that image; a build command in a Makefile, script or CI file gives it that name; the
// project's folder has one Dockerfile, and one image that is of no public name.

// ImageSource is a line of drydock.yaml: the Dockerfile that builds an image.
type ImageSource struct {
	Name       string // as in `image:`; without a tag it stands for all tags
	Context    string
	Dockerfile string // "" = Dockerfile in Context
	Target     string
}

// built is an image that is known to be built from a Dockerfile.
type built struct {
	name  string
	build *Build
	by    string
}

type joiner struct {
	host     *hostReader
	declared []built
	commands map[string][]built // by folder: what the files there build
}

func newJoiner(h *hostReader) *joiner {
	j := &joiner{host: h, commands: map[string][]built{}}
	for _, s := range h.opts.Images {
		b := &Build{Context: absolute(s.Context), Target: s.Target}
		b.Dockerfile = filepath.Join(b.Context, "Dockerfile")
		if s.Dockerfile != "" {
			b.Dockerfile = resolve(b.Context, s.Dockerfile)
		}
		j.declared = append(j.declared, built{s.Name, b, "drydock.yaml"})
	}
	return j
}

// all joins the services of all stacks.
func (j *joiner) all(stacks []Stack) {
	var services []built
	for _, st := range stacks {
		for _, s := range st.Services {
			if s.Build != nil && s.Image != "" {
				services = append(services, built{s.Image, s.Build, "service " + s.Name})
			}
		}
	}
	for i := range stacks {
		for k := range stacks[i].Services {
			s := &stacks[i].Services[k]
			if s.Build != nil || s.Image == "" {
				continue
			}
			if b, ok := j.find(&stacks[i], s, services); ok {
				s.Build, s.JoinedBy = b.build, b.by
			}
		}
		j.onlyDockerfile(&stacks[i])
	}
}

func (j *joiner) find(st *Stack, s *Service, services []built) (built, bool) {
	for _, candidates := range [][]built{j.declared, services} {
		if b, ok := pick(candidates, s); ok {
			return b, true
		}
	}
	for _, dir := range upToRepository(st.Dir) {
		if b, ok := pick(j.commandsIn(dir), s); ok {
			return b, true
		}
	}
	return built{}, false
}

// pick chooses the candidate with the service's image name. The same tag counts more than any; of several Dockerfiles
// none is chosen.
func pick(candidates []built, s *Service) (built, bool) {
	var exact, named []built
	for _, c := range candidates {
		if !sameRepository(c.name, s.Image, len(s.ImageUnset) > 0) {
			continue
		}
		named = append(named, c)
		if _, tag := splitImage(c.name); tag == "" || tagOf(c.name) == tagOf(s.Image) {
			exact = append(exact, c)
		}
	}
	for _, list := range [][]built{exact, named} {
		if len(list) == 0 {
			continue
		}
		if slices.ContainsFunc(list, func(c built) bool {
			return c.build.Dockerfile != list[0].build.Dockerfile || c.build.Target != list[0].build.Target
		}) {
			return built{}, false
		}
		return agreed(list), true
	}
	return built{}, false
}

// agreed is the first of several builds of one Dockerfile. Arguments in which they differ have no value that is known.
func agreed(list []built) built {
	b := list[0]
	var differ []string
	for _, c := range list[1:] {
		for name := range maps.Keys(merged(b.build.Args, c.build.Args)) {
			if !sameArg(b.build.Args, c.build.Args, name) && !slices.Contains(differ, name) {
				differ = append(differ, name)
			}
		}
	}
	if len(differ) == 0 {
		return b
	}
	slices.Sort(differ)
	build := *b.build
	build.Args = maps.Clone(build.Args)
	for _, name := range differ {
		delete(build.Args, name)
	}
	build.Inputs.ArgsUnset = append(slices.Clone(build.Inputs.ArgsUnset), differ...)
	b.build = &build
	return b
}

func merged(a, b map[string]*string) map[string]*string {
	out := map[string]*string{}
	maps.Copy(out, a)
	maps.Copy(out, b)
	return out
}

func sameArg(a, b map[string]*string, name string) bool {
	av, aok := a[name]
	bv, bok := b[name]
	return aok == bok && (av == nil) == (bv == nil) && (av == nil || *av == *bv)
}

// splitImage parts an image reference into repository and tag; a digest is dropped.
func splitImage(ref string) (repository, tag string) {
	ref, _, _ = strings.Cut(ref, "@")
	if i := strings.LastIndexByte(ref, ':'); i > strings.LastIndexByte(ref, '/') {
		return ref[:i], ref[i+1:]
	}
	return ref, ""
}

func tagOf(ref string) string {
	if _, tag := splitImage(ref); tag != "" {
		return tag
	}
	return "latest"
}

// unknownPart stands in a build command's image name for a variable without a value.
const unknownPart = "\x00"

// sameRepository compares image names without tags. Where a variable hides the front of one of them, the last part
// decides.
func sameRepository(a, b string, hidden bool) bool {
	ra, _ := splitImage(a)
	rb, _ := splitImage(b)
	for _, p := range []string{"docker.io/library/", "docker.io/", "library/", "localhost/"} {
		ra, rb = strings.TrimPrefix(ra, p), strings.TrimPrefix(rb, p)
	}
	if hidden || strings.Contains(ra, unknownPart) {
		ra, rb = ra[strings.LastIndexByte(ra, '/')+1:], rb[strings.LastIndexByte(rb, '/')+1:]
	}
	return ra == rb && ra != "" && !strings.Contains(ra, unknownPart)
}

// upToRepository is the folder and its parents up to the root of the repository; the folder alone outside of one.
func upToRepository(dir string) []string {
	dirs := []string{dir}
	for d := dir; ; {
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			return dirs
		}
		parent := filepath.Dir(d)
		if parent == d {
			return dirs[:1]
		}
		d = parent
		dirs = append(dirs, d)
	}
}

const (
	maxScript  = 1 << 20
	maxScripts = 200 // files read for build commands in one folder
)

// commandsIn reads the build commands of a folder's Makefiles, scripts, Bake and CI files.
func (j *joiner) commandsIn(dir string) []built {
	if found, ok := j.commands[dir]; ok {
		return found
	}
	var found []built
	seen := 0
	for _, pattern := range []string{"Makefile", "makefile", "GNUmakefile", "*.mk", "justfile", "Justfile", "*.sh", "bin/*.sh",
		"scripts/*.sh", "Taskfile.y*ml", "docker-bake.hcl", "docker-bake.override.hcl", "docker-bake.json", "docker-bake.override.json",
		".gitlab-ci.y*ml", ".github/workflows/*.y*ml", ".forgejo/workflows/*.y*ml", ".gitea/workflows/*.y*ml", "Jenkinsfile*",
		"azure-pipelines.y*ml", "bitbucket-pipelines.y*ml", ".circleci/config.yml", ".drone.yml", ".woodpecker.y*ml", ".woodpecker/*.y*ml"} {
		paths, err := filepath.Glob(filepath.Join(escapeGlob(dir), pattern))
		if err != nil {
			continue
		}
		for _, p := range paths {
			if seen++; seen > maxScripts {
				break
			}
			text, err := bounded.ReadFile(p, maxScript)
			if err != nil {
				if errors.Is(err, bounded.ErrTooLarge) {
					j.host.problemAt(p, "too large to look for build commands")
				}
				continue
			}
			for _, c := range buildCommands(p, string(text)) {
				if b, ok := j.onDisk(c, dir, filepath.Dir(p)); ok {
					found = append(found, b...)
				}
			}
		}
	}
	j.commands[dir] = found
	return found
}

// onDisk finds the Dockerfile of a build command. Scripts are run from the root of the project or from where they
// stand: the place that has the Dockerfile is the one.
func (j *joiner) onDisk(c buildCommand, dirs ...string) ([]built, bool) {
	for _, dir := range dirs {
		base := resolve(dir, c.dir)
		b := &Build{Context: resolve(base, c.context), Target: c.target, Contexts: c.contexts, Args: c.args,
			Inputs: c.inputs.below(base)}
		b.Dockerfile = filepath.Join(b.Context, "Dockerfile")
		if c.dockerfile != "" {
			b.Dockerfile = resolve(base, c.dockerfile)
		}
		if st, err := os.Stat(b.Dockerfile); err != nil || !st.Mode().IsRegular() {
			continue
		}
		var out []built
		for _, t := range c.tags {
			out = append(out, built{t, b, c.place(j.host.rel)})
		}
		return out, true
	}
	return nil, false
}

// escapeGlob quotes what filepath.Glob would take for a pattern.
func escapeGlob(dir string) string {
	return strings.NewReplacer(`[`, `\[`, `*`, `\*`, `?`, `\?`).Replace(dir)
}

// onlyDockerfile joins the one local image of a stack to the one Dockerfile of its folder.
func (j *joiner) onlyDockerfile(st *Stack) {
	image := ""
	var of []*Service
	for i := range st.Services {
		s := &st.Services[i]
		if s.Build != nil && s.JoinedBy == "" {
			return // something here is built already: the Dockerfile may be that one's
		}
		if s.Build != nil || len(s.ImageUnset) > 0 || !plainlyLocal(s.Image) {
			continue
		}
		repository, _ := splitImage(s.Image)
		if image != "" && image != repository {
			return
		}
		image = repository
		of = append(of, s)
	}
	if len(of) == 0 {
		return
	}
	files := dockerfilesIn(st.Dir)
	if len(files) != 1 ||
		slices.ContainsFunc(
			st.Services,
			func(s Service) bool { return s.Build != nil && s.Build.Dockerfile == files[0] },
		) {
		return // none, several, or one that is known to build another image
	}
	for _, s := range of {
		s.Build = &Build{Context: st.Dir, Dockerfile: files[0]}
		s.JoinedBy = "only Dockerfile"
	}
}

// dockerfilesIn lists the Dockerfiles of a folder.
func dockerfilesIn(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		name := strings.ToLower(e.Name())
		if e.Type().IsRegular() &&
			(name == "dockerfile" || strings.HasPrefix(name, "dockerfile.") || strings.HasSuffix(name, ".dockerfile")) &&
			!strings.HasSuffix(name, ".dockerignore") {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out
}

// plainlyLocal reports whether an image can only have been built here: a name without registry or owner that is none
// of the public images'.
func plainlyLocal(ref string) bool {
	repository, _ := splitImage(ref)
	name, local := strings.CutPrefix(repository, "localhost/")
	if strings.Contains(ref, "@") || name == "" {
		return false
	}
	return local || !strings.Contains(name, "/") && !slices.Contains(publicImages, name)
}

// publicImages are the names without an owner that the public registry serves, of today and of the past.
var publicImages = words(`adminer aerospike alma almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb
	archlinux backdrop bash bonita buildpack-deps busybox caddy cassandra centos chronograf cirros clearlinux clefos
	clickhouse clojure composer consul convertigo couchbase couchdb crate crux dart debian docker docker-dev dockersamples
	drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir emqx erlang euleros express-gateway fedora
	flink fluentd friendica fsharp gazebo gcc geonetwork ghost golang gradle groovy haproxy haskell haxe hello-seattle
	hello-world hitch hola-mundo hipache httpd hylang ibm-semeru-runtimes ibmjava influxdb iojs irssi java jenkins jetty
	jobber joomla jruby julia kaazing-gateway kapacitor kibana known kong krakend lightstreamer liquibase logstash mageia
	mariadb matomo maven mediawiki memcached mongo mongo-express monica mono mysql nats nats-streaming neo4j neurodebian
	nextcloud nginx node notary nuodb nuxeo odoo odoo open-liberty openjdk opensuse oraclelinux orientdb owncloud
	percona perl photon php php-zendserver phpmyadmin piwik plone portainer postfixadmin postgres postgresql pypy python
	r-base rabbitmq rails rakudo-star rapidoid redis redmine registry rethinkdb rocket.chat rockylinux ros ruby rust sapmachine
	satosa scala scratch silverpeas sl solr sonarqube sourcemage spark spiped storm sun swarm swift swipl telegraf
	teamspeak thrift tomcat tomee traefik ubuntu ubuntu-debootstrap ubuntu-upstart unit valkey varnish vault
	websphere-liberty wordpress xwiki yourls znc zookeeper`)
