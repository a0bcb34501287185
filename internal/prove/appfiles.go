package prove

import (
	"archive/tar"
	"context"
	"path"
	"regexp"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// appFiles looks for source and templates of an interpreted app that the original has in its working folder and the
// new image lacks. No probe may ever ask for what they answer.
func (p *prover) appFiles(context.Context) error {
	dir := strings.Trim(workDir(&p.imgs[0].Config), "/")
	lost := lostFiles(p.fs[0], p.fs[1], dir)
	if len(lost) > 0 {
		return p.refuse("files", "/%s is in the original and not in the new image%s", lost[0], andMore(len(lost)-1))
	}
	return nil
}

var (
	// interpreted are files that an interpreter reads while it runs, by the interpreter.
	interpreted = map[string]*regexp.Regexp{
		"python3": regexp.MustCompile(`\.(py|html|jinja2?|j2|sql|mako)$`),
		"ruby":    regexp.MustCompile(`\.(rb|erb|haml|slim|ru|rake|sql)$`),
		"php":     regexp.MustCompile(`\.(php|phtml|twig|sql)$`),
	}
	// notShipped are those among them that only tests and tools read.
	notShipped = lazyregexp.New(`(^|/)(\.[^/]*|__pycache__|node_modules|site-packages|vendor|venv|env|tests?|spec|docs?|build|dist)/|(^|/)(setup|conftest|noxfile|tasks|fabfile|test_[^/]*|[^/]*_test|[^/]*_spec)\.\w+$`)
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
