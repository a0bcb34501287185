package prove

import (
	"archive/tar"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/stages"
)

// What is done about a refusal depends on its cause.
func TestAdapt(t *testing.T) {
	hardened := &stages.Result{Hardened: true, Recommended: true}
	for name, c := range map[string]struct {
		res  Result
		so   stages.Options
		conv *stages.Result
		want func(stages.Options) bool // nil: there is nothing to change
	}{
		"a package is named": {Result{Cause: Libraries, Lacks: []string{"libpq5"}}, stages.Options{}, hardened,
			func(o stages.Options) bool { return len(o.Extra) == 1 }},
		"the original's fault": {Result{Cause: Original}, stages.Options{}, hardened, nil},
		"too little":           {Result{Cause: Size}, stages.Options{}, hardened, nil},
		"the new check fails": {Result{Cause: NewHealth}, stages.Options{}, hardened,
			func(o stages.Options) bool { return o.NoHealth && !o.KeepRoot }},
		"it does not start": {Result{Cause: Start}, stages.Options{}, hardened,
			func(o stages.Options) bool { return o.KeepRoot }},
		"files in root's home": {Result{Cause: Home}, stages.Options{}, hardened,
			func(o stages.Options) bool { return o.KeepRoot }},
		"as root it does not": {Result{Cause: Answers}, stages.Options{KeepRoot: true}, hardened,
			func(o stages.Options) bool { return o.Recommends && !o.Whole }},
		"a lost file": {Result{Cause: Files}, stages.Options{}, hardened,
			func(o stages.Options) bool { return o.Whole && !o.Recommends }},
		"it does not build": {Result{Cause: Build}, stages.Options{}, &stages.Result{},
			func(o stages.Options) bool { return o.Whole }},
		"everything has been done": {Result{Cause: Start}, stages.Options{KeepRoot: true, Recommends: true,
			Whole: true}, hardened, nil},
	} {
		so := c.so
		more := adapt(&so, c.conv, &c.res)
		if more != (c.want != nil) || c.want != nil && !c.want(so) {
			t.Errorf("%s: %v %+v", name, more, so)
		}
	}
}

// The variables of a file that is kept out are those that env_file would give.
func TestSettingsOfFiles(t *testing.T) {
	got := settings(fstest.MapFS{".env": {Data: []byte("# note\nexport B='x y'\nA=1\n")}, "bad": {Data: []byte("=\n")}},
		[]string{".env", "bad", "absent"})
	if strings.Join(got, "|") != "A=1|B=x y" {
		t.Error(got)
	}
}

// Files in root's home that the new user does not find are told; what tools keep there is not.
func TestHomeGone(t *testing.T) {
	image := func(passwd string, names ...string) *files {
		f := &files{entries: map[string]entry{}, path: []string{"usr/bin"}}
		for _, n := range append(names, "usr/bin/python3") {
			f.entries[n] = entry{kind: tar.TypeReg, exec: true}
		}
		if err := f.passwd(strings.NewReader(passwd)); err != nil {
			t.Fatal(err)
		}
		return f
	}
	const app = "root:x:0:0::/root:/bin/sh\napp:x:10001:10001::/home/app:/bin/sh\n"
	for name, c := range map[string]struct {
		before, after *files
		user          string
		run           *stages.Run
		want          string
	}{
		"the same, as root": {image(app, "root/.cache/m.bin"), image(app, "root/.cache/m.bin"), "", nil, ""},
		"the new user cannot see it": {image(app, "root/.cache/m.bin"), image(app, "root/.cache/m.bin"), "10001", nil,
			"root/.cache/m.bin"},
		"it went along to his home": {image(app, "root/.cache/m.bin"), image(app, "home/app/.cache/m.bin"), "10001",
			nil, ""},
		"it is lost": {image(app, "root/nltk_data/a.zip"), image(app), "", nil,
			"root/nltk_data/a.zip"},
		"tools' own": {image(app, "root/.npm/_cacache/x", "root/.cache/pip/x", "root/.bashrc"),
			image(app), "10001", nil, ""},
		"compose sets the user":       {image(app, "root/m.bin"), image(app), "10001", &stages.Run{User: "1000"}, ""},
		"an account without an entry": {image(app, "root/m.bin"), image("", "m.bin"), "10001", nil, ""},
	} {
		p := &prover{fs: [2]*files{c.before, c.after},
			imgs: [2]*engine.Image{{}, {Config: engine.Config{User: c.user}}}}
		p.Run = c.run
		if got := strings.Join(p.homeGone(), " "); got != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}

func TestLostData(t *testing.T) {
	image := func(names ...string) *files {
		f := &files{entries: map[string]entry{}, path: []string{"usr/bin"}}
		for _, n := range append(names, "usr/bin/node") {
			f.entries[n] = entry{kind: tar.TypeReg, exec: true}
		}
		return f
	}
	got := lostData(image("models/m.bin", "srv/site/index.html", "usr/include/x.h", "app/x", "data/kept"),
		image("data/kept"), "app")
	if strings.Join(got, " ") != "models/m.bin srv/site/index.html" {
		t.Error(got)
	}
}

// A health check that succeeds in the original has to succeed in the new image; compose's own is named.
func TestCompareHealth(t *testing.T) {
	ok, bad := &health{}, &health{code: 1, output: "sh: 1: curl: not found"}
	for name, c := range map[string]struct {
		before, after *health
		want          Cause
	}{
		"none": {nil, nil, NoCause}, "both": {ok, ok, NoCause}, "lost": {ok, bad, Health}, "new and failing": {nil, bad,
			NewHealth},
		"failing before": {bad, bad, NoCause}, "new": {nil, ok, NoCause},
	} {
		p := &prover{res: &Result{}}
		_ = p.compareHealth(c.before, c.after) // the result holds what it says
		if p.res.Cause != c.want {
			t.Errorf("%s: %d %s", name, p.res.Cause, p.res.Reason)
		}
	}
	p := &prover{res: &Result{}}
	if err := p.compareHealth(&health{compose: true}, &health{compose: true, code: 1}); err == nil ||
		!strings.Contains(p.res.Reason, "compose's health check") {
		t.Error(p.res.Reason)
	}
}

// A container runs as compose says, with volumes of its own where compose mounts what is no file of the project.
func TestAsComposeRuns(t *testing.T) {
	p := &prover{}
	p.Run = &stages.Run{Command: []string{"web"}, User: "7", WorkDir: "/w", Mounts: []string{"/data", "/etc/app"}}
	p.Files = []Mounted{{"conf", "/etc/app"}}
	p.Env, p.AfterEnv = []string{"A=1"}, []string{"A=0", "B=2"}
	var s engine.Spec
	p.asComposeRuns(&s)
	if s.User != "7" || s.WorkingDir != "/w" || len(s.Volumes) != 1 || s.Volumes[0] != "/data" || len(s.Files) != 1 ||
		s.Cmd[0] != "web" {
		t.Errorf("%+v", s)
	}
	if got := strings.Join(p.environment(1), " "); got != "A=0 B=2 A=1" || len(p.environment(0)) != 1 {
		t.Error(got)
	}
}

// A request that both originals answer and the new image does not is a difference, not an unstable answer.
func TestCompareSilent(t *testing.T) {
	answered := func(names ...string) *performance {
		a := &performance{open: []int{80}, answers: map[string]*engine.Response{}}
		for _, n := range names {
			a.answers[n], a.order = &engine.Response{Status: 200, Body: []byte("x")}, append(a.order, n)
		}
		return a
	}
	p := &prover{res: &Result{}, orig: &original{}}
	if err := p.compare(answered("GET :80/", "POST :80/a"), answered("GET :80/", "POST :80/a"),
		answered("GET :80/")); err == nil ||
		p.res.Cause != Answers {
		t.Errorf("%v %+v", err, p.res)
	}
	p = &prover{res: &Result{}, orig: &original{}}
	if err := p.compare(answered("GET :80/", "POST :80/a"), answered("GET :80/"), answered("GET :80/")); err != nil {
		t.Error(err, p.res)
	}
}
