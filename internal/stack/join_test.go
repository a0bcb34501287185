package stack

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
)

func TestJoin(t *testing.T) {
	for name, c := range map[string]struct {
		files  string
		images []ImageSource
		want   map[string]string // service -> "how: Dockerfile", "" = not joined
	}{
		"a Makefile with variables": {files: `
-- .git/HEAD --
-- infra/docker-compose.yml --
services:
  web: {image: "registry.example.com/team/web:latest"}
  db: {image: "postgres:15"}
-- Makefile --
REGISTRY ?= registry.example.com/team
VERSION := $(shell git describe)

.PHONY: image
image: ## build the image
	@docker build --build-arg A=b \
		--tag $(REGISTRY)/web:$(VERSION) -f docker/web.Dockerfile .
-- docker/web.Dockerfile --
FROM x
`, want: map[string]string{"web": "../Makefile:6: docker/web.Dockerfile", "db": ""}},
		"a script in another folder": {files: `
-- .git/HEAD --
-- docker-compose.yml --
services:
  api: {image: "api"}
  job: {image: "api:latest", command: job}
-- scripts/build.sh --
#!/bin/sh
set -e
NAME="api"
cd ./services/api && docker image build --pull -t "${NAME}" . && echo done
-- services/api/Dockerfile --
FROM x
`, want: map[string]string{"api": "scripts/build.sh:4: services/api/Dockerfile", "job": "scripts/build.sh:4: services/api/Dockerfile"}},
		"a Bake file": {files: `
-- .git/HEAD --
-- compose.yaml --
services:
  app: {image: "ghcr.io/acme/app:1.2"}
  worker: {image: "ghcr.io/acme/worker"}
  tool: {image: "ghcr.io/acme/tool"}
  odd: {image: "ghcr.io/acme/odd"}
-- docker-bake.hcl --
// what CI builds
variable "REGISTRY" {
  default = "ghcr.io/acme"
}
group "default" { targets = ["app", "worker"] }
target "_common" {
  context = "./services"
  platforms = ["linux/amd64", "linux/arm64"]
  args = { A = "b", C = upper("d") }
  labels = {
    "org.opencontainers.image.source" = "x"
  }
}
target "app" {
  inherits = ["_common"]
  dockerfile = "app.Dockerfile" # beside the others
  tags = ["${REGISTRY}/app:latest", notequal("", TAG) ? "${REGISTRY}/app:${TAG}" : ""]
}
target "worker" {
  inherits   = ["app"]
  target     = "worker"
  tags       = [
    "${REGISTRY}/worker",
  ]
}
target "odd" {
  context = upper("x")
  tags = ["${REGISTRY}/odd"]
}
-- docker-bake.json --
{"variable": {"NAME": {"default": "tool"}},
 "target": {"tool": {"context": "tool", "tags": ["ghcr.io/acme/${NAME}:latest"]}}}
-- services/app.Dockerfile --
FROM x
-- tool/Dockerfile --
FROM x
`, want: map[string]string{"app": "docker-bake.hcl:14: services/app.Dockerfile", "worker": "docker-bake.hcl:19: services/app.Dockerfile", "tool": "docker-bake.json:2: tool/Dockerfile", "odd": ""}},
		"a Jenkinsfile": {files: `
-- .git/HEAD --
-- compose.yaml --
services:
  app: {image: "acme/app"}
  api: {image: "acme/api:latest"}
  db: {image: "acme/db"}
  no: {image: "acme/no"}
-- Jenkinsfile --
pipeline {
  environment { OWNER = 'acme' }
  stages {
    stage('x') { steps {
      sh 'docker build -t acme/app app'
      sh script: "docker build --tag ${OWNER}/api:${env.BUILD_ID} api", label: 'api'
      // sh 'docker build -t acme/no app'
      sh """
        set -e
        docker build \
          -t acme/db db
      """
    } }
  }
}
def other = docker.build("acme/no:${env.BUILD_ID}", "-f no/Dockerfile --target run no")
-- app/Dockerfile --
FROM x
-- api/Dockerfile --
FROM x
-- db/Dockerfile --
FROM x
-- no/Dockerfile --
FROM x
`, want: map[string]string{"app": "Jenkinsfile:5: app/Dockerfile", "api": "Jenkinsfile:6: api/Dockerfile", "db": "Jenkinsfile:10: db/Dockerfile", "no": "Jenkinsfile:16: no/Dockerfile"}},
		"a workflow with the build action": {files: `
-- .git/HEAD --
-- compose.yaml --
services:
  app: {image: "ghcr.io/acme/app:1.2"}
  tool: {image: "ghcr.io/acme/tool"}
-- .github/workflows/ci.yml --
env:
  REGISTRY: ghcr.io/acme
jobs:
  b:
    steps:
      - name: build
        uses: docker/build-push-action@v5
        with:
          context: ./app
          tags: |
            ${{ env.REGISTRY }}/app:latest
            ${{ env.REGISTRY }}/app:${{ github.sha }}
      - run: |
          echo start
          docker buildx build --push --platform linux/amd64 \
            -t ${{ env.REGISTRY }}/tool:latest --file=tool/Dockerfile.prod tool
-- app/Dockerfile --
FROM x
-- tool/Dockerfile.prod --
FROM x
`, want: map[string]string{"app": ".github/workflows/ci.yml:7: app/Dockerfile", "tool": ".github/workflows/ci.yml:15: tool/Dockerfile.prod"}},
		"GitLab": {files: `
-- .git/HEAD --
-- compose.yaml --
services: {app: {image: "registry.example.com/g/app"}}
-- .gitlab-ci.yml --
variables: {IMAGE: registry.example.com/g/app}
build:
  script:
    - docker login
    - docker build -t "$IMAGE:$CI_COMMIT_SHORT_SHA" .
-- Dockerfile --
FROM x
`, want: map[string]string{"app": ".gitlab-ci.yml:5: Dockerfile"}},
		"a variable in front of the service's image": {files: `
-- .git/HEAD --
-- compose.yaml --
services: {app: {image: "${REGISTRY}/team/app:${TAG}"}}
-- Makefile --
build:
	docker build -t $(REGISTRY)/team/app .
-- Dockerfile --
FROM x
`, want: map[string]string{"app": "Makefile:2: Dockerfile"}},
		"another service builds it": {files: `
-- compose.yaml --
services:
  web: {image: "shop:latest", build: {context: web, target: prod}}
  worker: {image: shop, command: work}
-- web/Dockerfile --
FROM x
`, want: map[string]string{"worker": "service web: web/Dockerfile"}},
		"the only Dockerfile": {files: `
-- compose.yaml --
services:
  dash: {image: "dash:latest"}
  dash_backend: {image: "dash:latest"}
  cache: {image: redis}
  other: {image: "vendor/thing"}
-- Dockerfile --
FROM x
`, want: map[string]string{"dash": "only Dockerfile: Dockerfile", "dash_backend": "only Dockerfile: Dockerfile", "cache": "", "other": ""}},
		"two local images and one Dockerfile": {files: `
-- compose.yaml --
services: {a: {image: a}, b: {image: b}}
-- Dockerfile --
FROM x
`, want: map[string]string{"a": "", "b": ""}},
		"two Dockerfiles": {files: `
-- compose.yaml --
services: {a: {image: a}}
-- Dockerfile --
FROM x
-- Dockerfile.dev --
FROM x
`, want: map[string]string{"a": ""}},
		"the Dockerfile is another image's": {files: `
-- compose.yaml --
services: {a: {image: a}, b: {image: b, build: .}}
-- Dockerfile --
FROM x
`, want: map[string]string{"a": ""}},
		"public images are never guessed": {files: `
-- compose.yaml --
services: {a: {image: "postgres:15"}}
-- Dockerfile --
FROM postgres:15
`, want: map[string]string{"a": ""}},
		"a Makefile outside of the repository": {files: `
-- proj/.git/HEAD --
-- proj/compose.yaml --
services: {a: {image: acme/a}}
-- Makefile --
x:
	docker build -t acme/a proj
-- proj/Dockerfile --
FROM x
`, want: map[string]string{"a": ""}},
		"drydock.yaml before all else": {files: `
-- .git/HEAD --
-- compose.yaml --
services: {a: {image: "acme/a:3"}}
-- Makefile --
x:
	docker build -t acme/a .
-- Dockerfile --
FROM x
-- real/D --
FROM x
`, images: []ImageSource{{Name: "acme/a", Context: "real", Dockerfile: "D"}}, want: map[string]string{"a": "drydock.yaml: real/D"}},
		"two commands that differ": {files: `
-- .git/HEAD --
-- compose.yaml --
services: {a: {image: "acme/a"}, b: {image: "acme/b:two"}}
-- Makefile --
x:
	docker build -t acme/a one
	docker build -t acme/a two
	docker build -t acme/b:one one
	docker build -t acme/b:two two
	echo no; # docker build -t acme/b:two one
-- one/Dockerfile --
FROM x
-- two/Dockerfile --
FROM x
`, want: map[string]string{"a": "", "b": "Makefile:5: two/Dockerfile"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, c.files)
			arg := dir
			for _, sub := range []string{"infra", "proj"} {
				if strings.Contains(c.files, "-- "+sub+"/") {
					arg = filepath.Join(dir, sub)
				}
			}
			for i := range c.images {
				c.images[i].Context = filepath.Join(dir, c.images[i].Context)
			}
			h, err := Load(context.Background(), []string{arg}, Options{Env: noEnv, Root: dir, Images: c.images})
			if err != nil {
				t.Fatal(err)
			}
			for svc, want := range c.want {
				s := service(t, h, svc)
				got := ""
				if s.Build != nil {
					rel, _ := filepath.Rel(dir, s.Build.Dockerfile)
					got = s.JoinedBy + ": " + rel
				}
				if want = strings.TrimPrefix(want, "../"); got != want {
					t.Errorf("%s: %q, want %q", svc, got, want)
				}
			}
		})
	}
}

func TestBuildCommandForms(t *testing.T) {
	for line, want := range map[string]string{
		"docker build .":      "",
		"docker build -t a .": "[a] . ",
		"docker build . -t a -t b:1 --target=x --no-cache":                        "[a b:1] .  x",
		"docker build -ta -fD --tag=b .":                                          "[a b] . D",
		"(cd x; docker build -t a . )":                                            "[a] x/. ",
		"DOCKER_BUILDKIT=1 docker build -t 'a b' \"c d\"":                         "[a b] c d ",
		"docker --context prod build -t a .":                                      "[a] . ",
		"podman build -t a .; docker buildx build -t b c":                         "[a] . |[b] c ",
		"docker compose build":                                                    "",
		"docker-compose build -t a .":                                             "",
		"docker build -t $UNKNOWN .":                                              "",
		"docker build -t a https://example.com/x.git":                             "",
		"docker build -t a -f $UNKNOWN/D .":                                       "",
		"docker build -t a - < Dockerfile":                                        "",
		"buildah bud -t a .":                                                      "[a] . ",
		"docker build --secret id=x,src=y -t a --progress plain . 2>&1 | tee log": "[a] . ",
	} {
		var got []string
		for _, c := range buildCommands("Makefile", line+"\n") {
			ctx := c.context
			if c.dir != "" {
				ctx = c.dir + "/" + ctx
			}
			s := "[" + strings.Join(c.tags, " ") + "] " + ctx + " " + c.dockerfile
			if c.target != "" {
				s += " " + c.target
			}
			got = append(got, s)
		}
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("%s\n got %q\nwant %q", line, s, want)
		}
	}
}

// Whatever stands in a Makefile or CI file, reading it ends, and every command it finds is one that could be run.
func FuzzBuildCommands(f *testing.F) {
	f.Add("Makefile", "A := b\nx:\n\tdocker build -t $(A) \\\n .\n")
	f.Add("ci.yml", "env: {A: b}\njobs: {x: {steps: [{uses: docker/build-push-action@v5, with: {context: ., tags: "+
		"'a,b'}}, {run: docker build -t a .}]}}\n")
	f.Add("ci.yml", "a: &a [*a, *a]\n")
	f.Add("x.sh", "A=$A$A$A$A\nB=$B\ndocker build -t ${A:-$B} .")
	f.Add("docker-bake.hcl", "variable \"A\" { default = \"b\" }\ntarget \"x\" {\n inherits = [\"x\", \"y\"]\n tags "+
		"= [\"${A}\", f(\"}\"), A]\n context = \".\" /* c */\n}\n")
	f.Add("docker-bake.json", `{"target": {"x": {"context": "a", "tags": ["b"]}}}`)
	f.Add("Jenkinsfile", "def A = 'b'\nsh 'docker build -t a .'\nsh \"\"\"\ndocker build -t ${A} .\n\"\"\"\n"+
		"docker.build('a', '-f x y')")
	f.Fuzz(func(t *testing.T, path, text string) {
		if len(text) > 1<<14 {
			return
		}
		for _, c := range buildCommands(path, text) {
			if len(c.tags) == 0 || c.context == "" || c.line < 1 || c.line > strings.Count(text, "\n")+2 ||
				strings.Contains(c.context+c.dockerfile+c.dir, unknownPart) {
				t.Errorf("%+v", c)
			}
		}
	})
}
