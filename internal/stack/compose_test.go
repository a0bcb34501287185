package stack

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"
)

// Each archive is one project; its first file, and all files called over*.yaml, are laid over one another.
var composeCases = map[string]string{
	"override merges by Compose's rules": `
-- compose.yaml --
services:
  a:
    image: one
    command: run --it "with words"
    entrypoint: ["/e", "x"]
    build: ./a
    labels: [a=1, b=2, c=3]
    environment: {A: 1, B: two, C: null, D: true}
    ports: ["80:80", "443:443/udp", 9000, "127.0.0.1:1-3:1-3", "[::1]:7:7"]
    volumes: [./x:/x, data:/data:ro, /anon, "C:/win:/win"]
    networks: [default, n]
    depends_on: [b]
    profiles: [p]
    user: "1000"
    privileged: false
    healthcheck: {test: curl localhost, interval: 1s}
    deploy: {labels: [d=1, e=2], replicas: 2}
  b: {image: b, network_mode: host}
networks: {n: {}}
volumes: {data: {}}
-- over.yaml --
services:
  a:
    image: two
    command: [other]
    build: {dockerfile: D2, args: {X: 1, Y: null}, target: t}
    labels: {b: 20, z: false}
    environment: [A=9, E]
    ports: ["8080:80", "80:80"]
    volumes: [./y:/x:ro, {type: tmpfs, target: /t}]
    networks: {m: {aliases: [q]}}
    depends_on: {c: {condition: service_healthy}}
    privileged: true
    healthcheck: {test: [CMD, "true"]}
    deploy: {labels: {e: 3}}
  c: {image: c}
networks: {m: {external: true}, k: {name: kk, internal: true}}
`,
	"reset and override tags": `
-- compose.yaml --
services:
  a:
    image: x
    ports: ["80:80"]
    labels: [a=1]
    environment: {A: b}
    volumes: [./q:/q]
  b: {image: y}
-- over.yaml --
services:
  a:
    ports: !reset []
    labels: !override [b=2]
    environment:
      A: !reset null
    volumes: !override
      - ./r:/r
  b: !reset null
`,
	"reset with nothing to reset": `
-- compose.yaml --
services:
  a:
    image: x
    ports: !reset []
    labels: !override {k: v}
`,
	"extends in one file": `
-- compose.yaml --
services:
  base:
    image: x
    labels: [a=1, b=2]
    environment: [A=1]
    ports: ["80:80"]
    networks: [n]
  a:
    extends: base
    labels: {b: 3}
  c:
    extends: {service: a}
    ports: ["81:81"]
    environment: {A: 2}
networks: {n: {}}
`,
	"extends across files": `
-- compose.yaml --
services:
  a:
    extends: {file: common/base.yaml, service: web}
    labels: {l: 1}
  b:
    extends: {file: ./common/base.yaml, service: inner}
    volumes: [./here:/here]
-- common/base.yaml --
services:
  inner:
    image: inner
    build: {context: ./ctx, dockerfile: D}
    volumes: [./data:/data]
  web:
    extends: {file: deep/deep.yaml, service: d}
    labels: [from=base]
-- common/deep/deep.yaml --
services:
  d:
    extends: e
    image: deep
  e:
    build: .
    command: c
`,
	"anchors and merge keys": `
-- compose.yaml --
x-base: &base
  image: base
  labels: &l [a=1]
  environment: &env {A: 1, B: 2}
x-more: &more
  user: root
  image: more
services:
  a:
    <<: *base
    environment: {<<: *env, B: 3}
  b:
    <<: [*more, *base]
    command: b
  c:
    image: c
    labels: *l
  d:
    <<: [{image: inline}, *base]
`,
	"include": `
-- compose.yaml --
include:
  - other/compose.yaml
  - path: [third/a.yaml, third/b.yaml]
    project_directory: third
services:
  a:
    image: a
    depends_on: [o]
  o:
    labels: [over=1]
-- other/compose.yaml --
services:
  o:
    image: o
    build: ./src
    volumes: [./v:/v]
    networks: [on]
networks: {on: {}}
volumes: {ov: {}}
-- third/a.yaml --
services:
  t: {image: t, labels: [a=1]}
-- third/b.yaml --
services:
  t: {labels: [b=1], volumes: ["./w:/w"]}
`,
	"include with variables of its own": `
-- compose.yaml --
include: [inc/compose.yaml]
services: {a: {image: "${V:-none}"}}
-- inc/compose.yaml --
services: {i: {image: "img:${V}"}}
-- inc/.env --
V=from-inc
`,
	"two documents": `
-- compose.yaml --
services: {a: {image: a, labels: [x=1]}}
---
services: {a: {image: b, labels: [y=1]}}
`,
	"long forms": `
-- compose.yaml --
services:
  a:
    image: a
    ports:
      - {target: 80, published: "8080", host_ip: 127.0.0.1, protocol: udp, mode: host}
      - {target: 81, published: 8081}
      - target: 82
    volumes:
      - {type: bind, source: ./s, target: /s, read_only: true}
      - {type: volume, source: v, target: /v/}
    healthcheck: {disable: true}
    network_mode: service:b
  b:
    image: b
    build: {context: ., dockerfile_inline: "FROM x\n", args: [A=1, B]}
    healthcheck: {test: [NONE]}
volumes: {v: {}}
`,
	"values of every type": `
-- compose.yaml --
services:
  a:
    image: a
    labels:
      int: 12
      octal: 010
      hex: 0x1F
      float: 1.50
      exp: 1e3
      big: 123456789012345678901234567890
      bool: true
      on: on
      null_: ~
      empty: ""
      date: 2024-01-02
      text: '010'
      block: |
        two
        lines
      folded: >-
        one
        line
      dollar: $$x$${y}
    environment:
      - LIST=1
      - EMPTY=
`,
}

func TestComposeReadsTheSame(t *testing.T) {
	for name, archive := range composeCases {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, archive)
			files := composeFilesOf(dir, archive)
			if _, err := composeLoad(t, dir, files, nil); err != nil {
				t.Fatalf("compose refuses the case: %v", err)
			}
			compare(t, dir, files...)
		})
	}
}

func composeFilesOf(dir, archive string) []string {
	var files []string
	for i, f := range txtar.Parse([]byte(archive)).Files {
		if i == 0 || strings.HasPrefix(f.Name, "over") {
			files = append(files, filepath.Join(dir, f.Name))
		}
	}
	return slices.Clip(files)
}

// What Compose takes for the same project, drydock does: any bytes.
func FuzzCompose(f *testing.F) {
	for _, archive := range composeCases {
		a := txtar.Parse([]byte(archive))
		over := ""
		if len(a.Files) > 1 {
			over = string(a.Files[1].Data)
		}
		f.Add(string(a.Files[0].Data), over)
	}
	f.Add("services:\n  a:\n    image: ${A:-${B:-c}}\n    labels: [\"k=$$v\", 'x=${Y-z}']\n", "")
	f.Fuzz(func(t *testing.T, one, two string) {
		if strings.Contains(one+two, "include") || strings.Contains(one+two, "file") || len(one)+len(two) > 4096 {
			t.Skip("reads other files")
		}
		dir := tree(t, "-- compose.yaml --\n")
		files := []string{write(t, dir, "compose.yaml", one)}
		if two != "" {
			files = append(files, write(t, dir, "over.yaml", two))
		}
		compare(t, dir, files...)
		checkPlaces(t, dir, files...)
	})
}

// checkPlaces holds that what a label's location covers is what the file says there.
func checkPlaces(t *testing.T, dir string, files ...string) {
	h, err := LoadProjects(context.Background(), []Project{{Dir: dir, Files: slices.Clone(files)}},
		Options{Env: noEnv, Root: dir})
	if err != nil {
		return
	}
	texts := map[string][]string{}
	h.Services(func(_ *Stack, s *Service) {
		for _, l := range s.Labels {
			loc := l.ValueLoc
			if texts[loc.Path] == nil {
				texts[loc.Path] = strings.Split(strings.TrimPrefix(readAll(t, filepath.Join(dir, loc.Path)), "\ufeff"),
					"\n")
			}
			lines := texts[loc.Path]
			if loc.Line < 1 || loc.Line > len(lines) {
				t.Errorf("label %q: line %d of %d", l.Key, loc.Line, len(lines))
				return
			}
			if loc.EndLine == 0 || !utf8.ValidString(lines[loc.Line-1]) {
				continue
			}
			line := []rune(lines[loc.Line-1])
			if loc.EndLine != loc.Line || loc.Column < 1 || loc.EndColumn < loc.Column || loc.EndColumn > len(line)+1 {
				t.Errorf("label %q: %+v in a line of %d", l.Key, loc, len(line))
				return
			}
			covered := string(line[loc.Column-1 : loc.EndColumn-1])
			if !strings.ContainsAny(covered, "'\"\\") && l.RawValue != "" && covered != l.RawValue {
				t.Errorf("label %q: %+v covers %q, the value is %q", l.Key, loc, covered, l.RawValue)
			}
		}
	})
}
