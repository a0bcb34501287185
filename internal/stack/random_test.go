package stack

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// projects makes random compose files that are mostly valid: labels in both forms, with variables, anchors, quotes and
// duplicates, ports, mounts, variables, merged over up to three files.
type projects struct{ *rand.Rand }

func (r projects) pick(words ...string) string { return words[r.IntN(len(words))] }

func (r projects) value() string {
	return r.pick("1", "true", "two words", "${A}", "${B:-x}", "${C-}", "$$y", "a=b", "é", "0x10", "1.50", "null", "~",
		"yes", "a,b", "12:30", "${A:+z}", "-", "", "1e3", "2024-01-01", "'q'", `"q"`, `"a\tb"`, "a: b", "#c", "x #c")
}

// quoted writes a text so that YAML reads it as it is, or as what it looks like.
func (r projects) quoted(s string) string {
	switch r.IntN(4) {
	case 0:
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	case 1:
		return fmt.Sprintf("%q", s)
	}
	if strings.ContainsAny(s, `:#'"-~`) || s == "" {
		return fmt.Sprintf("%q", s)
	}
	return s
}

func (r projects) key() string {
	return r.pick("a", "b", "traefik.enable", "traefik.http.routers.x.rule", "K", "k.k", "${A}")
}

func (r projects) pairs(b *strings.Builder, indent string) {
	if r.IntN(2) == 0 {
		for range 1 + r.IntN(4) {
			item := r.key()
			if r.IntN(8) > 0 {
				item += "=" + r.value()
			}
			fmt.Fprintf(b, "%s- %s\n", indent, r.quoted(item))
		}
		return
	}
	seen := map[string]bool{}
	for range 1 + r.IntN(4) {
		k := r.key()
		if seen[k] {
			continue
		}
		seen[k] = true
		fmt.Fprintf(b, "%s%s: %s\n", indent, r.quoted(k), r.quoted(r.value()))
	}
}

func (r projects) list(b *strings.Builder, key, indent string, words ...string) {
	fmt.Fprintf(b, "%s%s:\n", indent, key)
	for _, i := range r.Perm(len(words))[:1+r.IntN(3)] {
		fmt.Fprintf(b, "%s  - %q\n", indent, words[i])
	}
}

func (r projects) service(b *strings.Builder, names []string) {
	const in = "    "
	if r.IntN(5) > 0 {
		fmt.Fprintf(b, "%simage: %s\n", in, r.pick("nginx", "app:1", `"${A}/x:${B:-y}"`))
	}
	for _, key := range []string{"labels", "environment"} {
		if r.IntN(2) == 0 {
			fmt.Fprintf(b, "%s%s:\n", in, key)
			r.pairs(b, in+"  ")
		}
	}
	if r.IntN(4) == 0 {
		fmt.Fprintf(b, "%sdeploy:\n%s  labels:\n", in, in)
		r.pairs(b, in+"    ")
	}
	if r.IntN(3) == 0 {
		r.list(b, "ports", in, "80", "80:80", "8080:80", "127.0.0.1:80:80", "53:53/udp", "1-2:1-2", "9000-9010:80",
			"[::1]:80:80")
	}
	if r.IntN(3) == 0 {
		r.list(b, "volumes", in, "./a:/a", "v:/v:ro", "/b", "../c:/a", "~/d:/d", "v:/v/")
	}
	if r.IntN(3) == 0 {
		fmt.Fprintf(b, "%s%s\n", in, r.pick("networks: [n, default]", "networks: {n: {aliases: [q]}, m: }",
			"network_mode: host", "networks: [m]", "networks: {}"))
	}
	if r.IntN(3) == 0 {
		fmt.Fprintf(b, "%s%s\n", in, r.pick(`command: run "a b" c`, "command: [x, y]", "command:", "command: []",
			"entrypoint: /e -x", `command: ["${A}", "$$b"]`))
	}
	if r.IntN(3) == 0 {
		fmt.Fprintf(b, "%s%s\n", in,
			r.pick("build: .", "build: ./x", "build: {context: x, dockerfile: ../D, target: t}",
				"build: {args: {X: 1, Y: }}", "build: {args: [X=2]}",
				"build: {context: ., dockerfile_inline: 'FROM x'}"))
	}
	if r.IntN(4) == 0 {
		fmt.Fprintf(b, "%s%s\n", in, r.pick("user: '1:1'", "privileged: true", "profiles: [p, q]",
			"healthcheck: {test: x}", "healthcheck: {disable: true}", "expose: [1, '2']", "user: !reset null",
			"ports: !reset []", "labels: !override {o: v}", "environment: !override [O=v]"))
	}
	switch r.IntN(10) {
	case 0, 1:
		fmt.Fprintf(b, "%sextends: %s\n", in, r.pick(names...))
	case 2:
		fmt.Fprintf(b, "%sextends: {file: %s, service: %s}\n", in,
			r.pick("sub/common.yaml", "./sub/../sub/common.yaml"), r.pick("s0", "s1", "s2"))
	case 3:
		fmt.Fprintf(b, "%s<<: *base\n", in)
	}
}

func (r projects) file() string {
	var b strings.Builder
	b.WriteString("x-base: &base {user: '7', labels: &l [l=1], environment: {E: e}}\n")
	if r.IntN(5) == 0 {
		b.WriteString(r.pick("include: [sub/inc.yaml]\n",
			"include: [{path: [sub/inc.yaml, sub/inc2.yaml], project_directory: other}]\n"))
	}
	b.WriteString("services:\n")
	names := []string{"s0", "s1", "s2"}
	for i, n := range names {
		if i > 0 && r.IntN(4) == 0 {
			continue
		}
		fmt.Fprintf(&b, "  %s:\n    restart: always\n", n)
		r.service(&b, names[:i+1][:max(i, 1)])
	}
	b.WriteString("networks: {n: , m: {external: true}}\nvolumes: {v: }\n")
	return b.String()
}

func TestRandomProjectsReadAsComposeReadsThem(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 50
	}
	loaded := 0
	for seed := range rounds {
		r := projects{rand.New(rand.NewPCG(uint64(seed), 7))}
		dir := t.TempDir()
		var files []string
		for _, sub := range []string{"sub", "other"} {
			if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range []string{"inc.yaml", "inc2.yaml", "common.yaml"} {
			text := strings.ReplaceAll(strings.ReplaceAll(r.file(), "include:", "x-include:"), "sub/", "")
			write(t, dir, filepath.Join("sub", f), strings.ReplaceAll(text, "extends: {file", "x-e: {file"))
		}
		for i := range 1 + r.IntN(3) {
			files = append(files, write(t, dir, fmt.Sprintf("f%d.yaml", i), r.file()))
		}
		if compare(t, dir, files...) {
			loaded++
			checkPlaces(t, dir, files...)
		}
		if t.Failed() {
			for _, f := range append(files, filepath.Join(dir, "sub", "common.yaml"),
				filepath.Join(dir, "sub", "inc.yaml"), filepath.Join(dir, "sub", "inc2.yaml")) {
				t.Logf("%s:\n%s", f, readAll(t, f))
			}
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("compose loaded %d of %d projects", loaded, rounds)
	if loaded < rounds/4 {
		t.Errorf("compose loaded only %d of %d projects", loaded, rounds)
	}
}
