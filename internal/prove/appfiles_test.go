package prove

import (
	"archive/tar"
	"strings"
	"testing"
)

func TestLostFiles(t *testing.T) {
	image := func(names ...string) *files {
		f := &files{entries: map[string]entry{}, path: []string{"usr/bin"}}
		for _, n := range names {
			f.entries[n] = entry{kind: tar.TypeReg, exec: true}
		}
		return f
	}
	for name, c := range map[string]struct {
		before, after []string
		dir, want     string
	}{
		"a module that no probe asks for": {[]string{"usr/bin/python3", "app/main.py", "app/jobs/nightly.py"},
			[]string{"usr/bin/python3", "app/main.py"}, "app", "app/jobs/nightly.py"},
		"a template": {[]string{"usr/bin/python3", "app/templates/a.html"},
			[]string{"usr/bin/python3"}, "app", "app/templates/a.html"},
		"tests and tools stay behind": {[]string{"usr/bin/python3", "app/tests/a.py", "app/setup.py",
			"app/test_a.py", "app/.github/x.py", "app/requirements.txt"}, []string{"usr/bin/python3"}, "app", ""},
		"the interpreter stays behind": {[]string{"usr/bin/python3", "app/tool.py"}, nil, "app", ""},
		"other folders are not the app's": {[]string{"usr/bin/python3", "usr/share/gdb/x.py", "opt/a.py"},
			[]string{"usr/bin/python3"}, "app", ""},
		"no folder of its own": {[]string{"usr/bin/python3", "a.py"}, []string{"usr/bin/python3"}, "", ""},
		"ruby": {[]string{"usr/bin/ruby", "srv/app.rb", "srv/views/i.erb"},
			[]string{"usr/bin/ruby", "srv/app.rb"}, "srv", "srv/views/i.erb"},
		"php": {[]string{"usr/bin/php", "srv/i.php", "srv/vendor/dev/x.php"},
			[]string{"usr/bin/php", "srv/i.php"}, "srv", ""},
	} {
		if got := strings.Join(lostFiles(image(c.before...), image(c.after...), c.dir), " "); got != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}
