package stages

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// planRust copies the program onto the distribution that it was linked on.
func planRust(a *conversion) error {
	var build *command
	a.parts(func(p *command) {
		if p.is("cargo") && (strings.Contains(p.text, "build") || strings.Contains(p.text, "install")) {
			build = p
		}
	})
	start := a.startWords()
	runs := len(start) > 1 && start[0] == "cargo" && start[1] == "run"
	if len(start) == 0 || build == nil && !runs {
		return refuse(nil,
			"which program cargo builds and the image starts could not be told; call cargo build --release and name "+
				"the program in CMD")
	}
	from, to := rustBinary(a, start, build)
	if from == "" {
		return refuse(a.last("CMD"), "the program's name could not be told from Cargo.toml; name it in CMD")
	}
	if err := a.final(a.linkedOn()...); err != nil {
		return err
	}
	at := a.instructions[len(a.instructions)-1] // the last instruction that the builder needs
	if build != nil {
		_, at = a.movedTo(join(build.dir, "target/release/"+path.Base(from)), build.from)
	}
	const registry = "/usr/local/cargo/registry"
	b := a.stage("The builder has the compiler.", a.from(), "builder")
	for _, o := range a.instructions {
		if o.in.Line > at.in.Line {
			break
		}
		switch o.in.Keyword {
		case "WORKDIR", "ARG", "SHELL", "COPY", "ADD", "ENV":
			b.keep(o, a.text(o))
		case "RUN":
			if a.buildPackages(b, o) {
				continue
			}
			cargo := false
			list := a.pick(o, builds, func(c *command) string {
				cargo = cargo || c.is("cargo")
				return c.text
			})
			if cargo {
				b.keep(o, a.cached(o, registry, list...))
				continue
			}
			b.keep(o, a.runOf(o, list))
		}
	}
	inBuilder := func(c *command) bool { return c.from.in.Line <= at.in.Line && !c.is("cargo", "rustup") }
	if err := a.leftBehind(inBuilder, at.dir, from); err != nil {
		return err
	}
	a.leaves("start the program that was built", "cargo", "rustc", "trunk")
	if build == nil || !hasAny(build.text, "musl") {
		switch crates := a.crates(); {
		case len(crates) == 0 && a.read("Cargo.toml") != "" && linksDependencies.MatchString(a.read("Cargo.toml")):
			a.guesses("the program links no library beyond the C library",
				"there is no Cargo.lock that would tell which crates it is made of")
		case len(crates) > 0:
			a.knows("the libraries behind the crates are known",
				"Cargo.lock names %d crates, and those that link a library are in a table", len(crates))
			for _, c := range slices.Sorted(maps.Keys(crates)) {
				if strings.HasSuffix(c, "-sys") && cratesNeed[c] == "" && !selfContained[c] {
					a.guesses("the crate "+c+" links no library that the final stage lacks",
						"it is not in the table of crates that do")
				}
			}
		}
	}
	if runs {
		b.add(a.cached(nil, registry, "cargo build --release"+cargoFlags(start)))
	}
	f := a.stage("The final stage holds the program and what it reads.", a.res.Final, "")
	w := a.finalWriter(f)
	w.install = func() {
		f.add("COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt",
			"COPY --from=builder "+from+" "+to)
		f.add(a.assets(at)...)
	}
	w.drop = func(o *instruction) bool { return a.onlyBuilt(o, at, at.dir) && !startsWithIt(a, o) }
	w.runs = func(p *command) bool { return p.kind == account || aroundProgram(p, at) }
	w.start = func(words []string) ([]string, string) {
		if words[0] != "cargo" {
			return words, ""
		}
		out := []string{to}
		for i, x := range words {
			if x == "--" {
				out = append(out, words[i+1:]...)
				break
			}
		}
		return out, "cargo is not in the final stage"
	}
	w.replace = func(o *instruction) (string, bool) {
		if o.in.Keyword != "ENV" {
			return "", false
		}
		return a.withoutEnv(o, func(_ *instruction, key string) bool {
			return strings.HasPrefix(key, "CARGO_") || strings.HasPrefix(key, "RUSTUP_") || key == "RUSTFLAGS"
		}), true
	}
	w.write()
	return nil
}

var linksDependencies = lazyregexp.New(`(?m)^\[dependencies`)

// selfContained are -sys crates that link nothing beside the C library, or build what they need.
var selfContained = words(`windows-sys linux-raw-sys js-sys web-sys libc ring-sys zstd-sys lz4-sys bzip2-sys
	libgit2-sys libssh2-sys aws-lc-sys libmimalloc-sys tikv-jemalloc-sys jemalloc-sys
	inotify-sys core-foundation-sys security-framework-sys fsevent-sys libfuzzer-sys brotli-sys onig_sys snappy-src
	libsqlite3-sys-bundled lzma-sys wasm-bindgen-sys hermit-sys openssl-macros-sys`)

// cargoFlags are the options of `cargo run` that say what is built.
func cargoFlags(start []string) string {
	out := ""
	for _, x := range start[2:] {
		if x == "--" {
			break
		}
		if x != "--release" && x != "-r" {
			out += " " + x
		}
	}
	return out
}

var crateName = lazyregexp.New(`(?m)^name\s*=\s*"([^"]+)"`)

// rustBinary is where the program lies in the builder and where the final stage has it.
func rustBinary(a *conversion, start []string, build *command) (from, to string) {
	name := path.Base(start[0])
	if start[0] == "cargo" || strings.HasSuffix(start[0], ".sh") {
		name = ""
		if m := crateName.FindStringSubmatch(a.read("Cargo.toml")); m != nil {
			name = m[1]
		}
		for i, x := range start {
			if x == "--bin" && i+1 < len(start) {
				name = start[i+1]
			}
		}
		if name == "" {
			return "", ""
		}
		from = join(a.workDir(), "target/release/"+name)
		if build != nil && strings.Contains(build.text, "cargo install") {
			return "/usr/local/cargo/bin/" + name, "/usr/local/bin/" + name
		}
		return from, from
	}
	if strings.Contains(start[0], "/") {
		from = join(a.workDir(), start[0])
		return from, from
	}
	if build != nil && !strings.Contains(build.text, "cargo install") {
		from = join(build.dir, "target/release/"+name)
		if moved, _ := a.movedTo(from, build.from); moved != from {
			return moved, moved
		}
		return from, "/usr/local/bin/" + name
	}
	return "/usr/local/cargo/bin/" + name, "/usr/local/bin/" + name // which Debian's PATH holds
}
