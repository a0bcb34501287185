package stack

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What a build needs besides its files comes from compose, or from the command that builds the image; what is not read
// is named, so that nobody builds without it.
func TestBuildInputs(t *testing.T) {
	dir := tree(t, `
-- .git/HEAD --
-- compose.yaml --
services:
  web:
    build:
      context: ./web
      args: {A: one, B: "${NOT_SET}"}
      target: final
      secrets: [token, {source: key, target: ssh-key}, gone]
      additional_contexts: {lib: ./lib, base: "docker-image://debian:12", other: "service:db"}
      platforms: [linux/arm64, linux/amd64]
      network: host
      extra_hosts: ["a:10.0.0.1"]
      ssh: [default]
      shm_size: 64m
      privileged: true
  api: {image: "api:1"}
  job: {image: "job"}
  db: {image: "postgres:15"}
secrets:
  token: {environment: TOKEN}
  key: {file: ./key.pem}
  gone: {external: true}
-- api/Dockerfile --
FROM x
-- job/Dockerfile --
FROM x
-- Makefile --
TAG = 1
api:
	docker build --build-arg VERSION=$(TAG) --build-arg COMMIT=$(shell git rev-parse HEAD) --build-arg HOME_TOKEN \
	  --secret id=npm,src=.npmrc --secret id=tok,env=TOK --build-context lib=./lib --platform linux/amd64 --ulimit n=1 \
	  --tag api:$(TAG) api
job-dev:
	docker build --build-arg MODE=dev --build-arg SAME=1 --tag job job
job:
	docker build --build-arg MODE=prod --build-arg SAME=1 --tag job job
`)
	h := load(t, dir)
	got := map[string]string{}
	h.Services(func(_ *Stack, s *Service) {
		if s.Build != nil {
			got[s.Name] = strings.ReplaceAll(describeInputs(s.Build), dir+string(filepath.Separator), "")
		}
	})
	want := map[string]string{
		"web": "args A=one B= secrets token::TOKEN ssh-key:key.pem: contexts lib=lib base=docker-image://debian:12 " +
			"platforms [linux/arm64 linux/amd64] host [a:10.0.0.1] [default] 64m unset [B] " +
			"beyond [additional_contexts.other privileged secrets.gone]",
		"api": "args HOME_TOKEN VERSION=1 secrets npm:.npmrc: tok::TOK contexts lib=lib " +
			"platforms [linux/amd64]  [] []  unset [COMMIT] beyond [--ulimit]",
		"job": "args SAME=1 secrets contexts platforms []  [] []  unset [MODE] beyond []",
	}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("%s:\n%s, not\n%s", name, got[name], w)
		}
	}
}

func describeInputs(b *Build) string {
	in, out := b.Inputs, []string{"args"}
	var args []string
	for k, v := range b.Args {
		if v != nil {
			k += "=" + *v
		}
		args = append(args, k)
	}
	slices.Sort(args)
	out = append(append(out, args...), "secrets")
	for _, s := range in.Secrets {
		out = append(out, s.ID+":"+s.File+":"+s.Env)
	}
	out = append(out, "contexts")
	for _, c := range in.Contexts {
		out = append(out, c.Name+"="+c.Value)
	}
	return strings.Join(append(out, fmt.Sprintf("platforms %v %s %v %v %s unset %v beyond %v", in.Platforms, in.Network,
		in.Hosts, in.SSH, in.ShmSize, in.ArgsUnset, in.Beyond)), " ")
}
