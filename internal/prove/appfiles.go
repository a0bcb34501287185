package prove

import (
	"archive/tar"
	"context"
	"errors"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// appFiles looks for source and templates of an interpreted app that the original has in its working folder and the
// new image lacks. No probe may ever ask for what they answer.
func (p *prover) appFiles(ctx context.Context) error {
	dir := strings.Trim(workDir(&p.imgs[0].Config), "/")
	lost := lostFiles(p.fs[0], p.fs[1], dir)
	if len(lost) > 0 {
		return p.refuse(Files, "/%s is in the original and not in the new image%s", lost[0], andMore(len(lost)-1))
	}
	gone, err := p.ownFiles(ctx, p.homeGone())
	if err != nil {
		return err
	}
	if len(gone) > 0 {
		return p.refuse(Home,
			"/%s is in the home of the original's user, and the new image's user does not find it in his%s", gone[0],
			andMore(len(gone)-1))
	}
	if lost, err = p.ownFiles(ctx, lostData(p.fs[0], p.fs[1], dir)); err != nil {
		return err
	}
	if len(lost) > 0 {
		return p.refuse(Files, "/%s is in the original and not in the new image%s", lost[0], andMore(len(lost)-1))
	}
	return nil
}

// ownFiles are those of some files that the original's base image does not hold itself: another base need not.
func (p *prover) ownFiles(ctx context.Context, names []string) ([]string, error) {
	if len(names) == 0 || p.orig.base == nil {
		return names, nil
	}
	if p.orig.baseFS == nil {
		rc, err := p.run.Export(ctx, p.orig.base.ID)
		if err != nil {
			return nil, err
		}
		p.orig.baseFS, err = readFiles(rc, nil)
		if err = errors.Join(err, rc.Close()); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(names, func(name string) bool {
		_, ok := p.orig.baseFS.entries[name]
		return ok
	}), nil
}

// homeGone lists files that the original has in root's home and that the new image's user would not find in his own:
// models, browsers, settings that a RUN has put there. What tools keep there for themselves is left out.
func (p *prover) homeGone() []string {
	before, after := p.imgs[0].Config, p.imgs[1].Config
	if !isRoot(before.User) || envMap(before.Env)["HOME"] != "" && envMap(before.Env)["HOME"] != "/root" ||
		!interpretedApp(p.fs[0], p.fs[1]) {
		return nil
	}
	user := after.User
	if p.Run != nil && p.Run.User != "" {
		return nil // both run as somebody else
	}
	home := "root"
	if h := envMap(after.Env)["HOME"]; h != "" {
		home = strings.Trim(h, "/")
	} else if !isRoot(user) {
		home = strings.Trim(p.fs[1].homeOf(user), "/")
	}
	var out []string
	for name, e := range p.fs[0].entries {
		rel, ok := strings.CutPrefix(name, "root/")
		if !ok || e.kind != tar.TypeReg || ownHome.MatchString(rel) {
			continue
		}
		if _, ok := p.fs[1].resolve(path.Join(home, rel)); !ok || home == "root" && !isRoot(user) {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}

// ownHome is what shells, package managers and compilers keep in a home folder for themselves.
var ownHome = lazyregexp.New(`^(\.bash|\.profile|\.wget-hsts|\.python_history|\.node_repl_history|\.viminfo|` +
	`\.lesshst|\.gitconfig|\.gnupg/|\.ssh/|\.npm/|\.yarn|\.cargo/|\.rustup/|\.m2/|\.gradle/|\.gem/|\.bundle/|` +
	`\.composer/|\.poetry/|\.pyenv/|\.cabal/|\.node-gyp/|\.config/(pip|yarn|composer|configstore|git|pypoetry|uv|pdm|` +
	`pnpm)|\.local/(bin|share/(virtualenv|virtualenvs|pypoetry|uv|pnpm|pdm|gem|man))|\.local/state/|\.local/lib/|` +
	`\.cache/(pip|pypoetry|uv|pdm|pipenv|virtualenv|yarn|pnpm|node|node-gyp|typescript|go-build|composer|bazel|` +
	`fontconfig|mesa_shader_cache|helm|black|mypy|Homebrew|gem|cargo|node-corepack|deno)|go/|\.dotnet/|\.nuget/|` +
	`\.lein/|\.sbt/|\.ivy2/|\.java/|\.docker/|\.pki/|\.dbus/|\.launchpadlib/|\.nvm/|\.rbenv/|\.electron-gyp/)`)

// interpretedApp: both images run an interpreter, so what lies on the disk may be read at any time.
func interpretedApp(before, after *files) bool {
	for _, name := range []string{"python3", "node", "ruby", "php"} {
		_, was := before.find(name, "/")
		if _, is := after.find(name, "/"); was && is {
			return true
		}
	}
	return false
}

// dataFolders are where a RUN or COPY puts what an app reads besides its own folder.
var dataFolders = lazyregexp.New(`^(data|models?|assets|static|media|config|srv|nltk_data|` +
	`usr/(local/)?share/(nltk_data|tessdata|models)|usr/lib/nltk_data|var/www|node_modules)/`)

// lostData lists files in folders of data outside of the app's own that the original has and the new image lacks.
func lostData(before, after *files, dir string) []string {
	if !interpretedApp(before, after) {
		return nil
	}
	var out []string
	for name, e := range before.entries {
		if e.kind != tar.TypeReg || !dataFolders.MatchString(name) || strings.HasPrefix(name, dir+"/") ||
			notShipped.MatchString(name) || strings.HasPrefix(name, "node_modules/") {
			continue
		}
		if _, ok := after.resolve(name); !ok {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}

var (
	// interpreted are files that an interpreter reads while it runs, by the interpreter.
	interpreted = map[string]*regexp.Regexp{
		"python3": regexp.MustCompile(`\.(py|html|jinja2?|j2|sql|mako)$`),
		"ruby":    regexp.MustCompile(`\.(rb|erb|haml|slim|ru|rake|sql)$`),
		"php":     regexp.MustCompile(`\.(php|phtml|twig|sql)$`),
	}
	// notShipped are those among them that only tests and tools read.
	notShipped = lazyregexp.New(`(^|/)(\.[^/]*|__pycache__|node_modules|site-packages|vendor|venv|env|tests?|spec|` +
		`docs?|build|dist)/|(^|/)(setup|conftest|noxfile|tasks|fabfile|test_[^/]*|[^/]*_test|[^/]*_spec)\.\w+$`)
)

// lostFiles lists them, in order. An app whose interpreter was left behind has been compiled, and one that starts in
// the root folder or where its packages are has no folder of its own.
func lostFiles(before, after *files, dir string) []string {
	if dir == "" || strings.HasPrefix(dir+"/", "usr/lib/") || strings.HasPrefix(dir+"/", "usr/local/lib/") {
		return nil
	}
	var out []string
	for interpreter, wanted := range interpreted {
		_, was := before.find(interpreter, "/")
		if _, is := after.find(interpreter, "/"); !was || !is {
			continue
		}
		for name, e := range before.entries {
			rel, ok := strings.CutPrefix(name, dir+"/")
			if !ok || e.kind != tar.TypeReg || !wanted.MatchString(path.Base(name)) || notShipped.MatchString(rel) {
				continue
			}
			if _, ok := after.resolve(name); !ok {
				out = append(out, name)
			}
		}
	}
	sort.Strings(out)
	return out
}
