package stages

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/drydock/drydock/internal/dockerfile"
)

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		text, reason string
		line         int
		files        map[string]string
	}{
		"no syntax":     {"FROM python:3.11\nRUNN x\n", "does not parse", 2, nil},
		"onbuild":       {"FROM python:3.11\nONBUILD COPY . .\nRUN pip install flask\n", "ONBUILD", 2, nil},
		"base from arg": {"ARG BASE\nFROM $BASE\nRUN pip install flask\n", "build argument", 2, nil},
		"windows": {"FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN pip install flask\n",
			"Windows", 1, nil},
		"unknown base": {"FROM registry.example.com/team/base:1\nRUN pip install flask\nCMD [\"python\",\"a.py\"]\n",
			"--final-image", 1, nil},
		"a digest": {"FROM python:3.11@sha256:" + strings.Repeat("a", 64) + "\nRUN pip install flask\n",
			"pinned by its digest", 1, nil},
		"a team's own python": {"FROM registry.example.com/team/python\nRUN pip install flask\n", "no slim twin", 1,
			nil},
		"a name with python": {"FROM example/beam_python3.9_sdk@sha256:" + strings.Repeat("a", 64) +
			"\nRUN pip install flask\n", "no slim twin", 1, nil},
		"jruby": {"FROM jruby:9\nCOPY Gemfile .\nRUN bundle install\n", "no slim twin", 1, nil},
		"a dev container": {"FROM mcr.microsoft.com/devcontainers/python:3.11\nRUN pip install flask\n",
			"made to work in", 1, nil},
		"only waits": {"FROM python:3.11\nRUN pip install flask\nCMD [\"sleep\", \"infinity\"]\n",
			"only waits", 1, nil},
		"slim already": {"FROM python:3.11-slim\nRUN pip install flask\nCMD [\"flask\", \"run\"]\n",
			"nothing to leave behind", 1, nil},
		"mixed shell": {"FROM python:3.11\nRUN bash -c \"apt-get update && apt-get install -y gcc && pip install " +
			"flask\"\n", "RUN bash -c", 2, nil},
		"hidden shell": {"FROM python:3.11\nRUN pip install flask\nRUN sh -c \"$PREPARE\"\n",
			"put together from variables", 3, nil},
		"a server beside": {"FROM python:3.11\nRUN pip install flask\nRUN redis-server & sleep 1 && ./load\n",
			"goes on running", 3, nil},
		"installs and fetches": {"FROM python:3.11\nRUN pip install flask || curl -o /opt/x https://example.com/x\n",
			"cannot be taken apart", 2, nil},
		"list with or": {"FROM python:3.11\nRUN apt-get install -y gcc && curl -o x https://example.com/x || true\n" +
			"RUN pip install flask\n", "cannot be taken apart", 2, nil},
		"dpkg": {"FROM python:3.11\nRUN dpkg -i x.deb\nRUN pip install flask\n", "dpkg", 2, nil},
		"poetry in a script": {"FROM python:3.11\nCOPY run.sh pyproject.toml /\nRUN pip install poetry && poetry " +
			"install\nENTRYPOINT [\"/run.sh\"]\n", "its start script calls poetry", 0,
			map[string]string{"run.sh": "#!/bin/sh\nexec poetry run web\n", "pyproject.toml": ""}},
		"uv run --with": {"FROM python:3.11\nCOPY . .\nRUN pip install uv && uv sync\nCMD [\"uv\", \"run\", " +
			"\"--with\", \"x\", \"a.py\"]\n", "--with", 0, map[string]string{"pyproject.toml": ""}},
		"compiles at start": {"FROM node:20\nCOPY . .\nRUN npm ci\nCMD [\"npm\", \"start\"]\n",
			"compiles whenever it starts (nest start)", 4,
			map[string]string{"package.json": `{"scripts":{"start":"nest start"},"devDependencies":{"@nestjs/cli":"10"}}`}},
		"builds before it starts": {"FROM node:20\nCOPY . .\nRUN npm ci\nCMD npm run build; npm run serve\n",
			"compiles whenever it starts (vite build)", 4,
			map[string]string{"package.json": `{"scripts":{"build":"vite build","serve":"node s.js"},"devDependencies":{"vite":"5"}}`}},
		"plug and play": {"FROM node:20\nWORKDIR /a\nCOPY . .\nRUN yarn install\nCMD [\"yarn\", \"start\"]\n",
			"nodeLinker", 4,
			map[string]string{"package.json": `{"packageManager":"yarn@4.1.0"}`, "yarn.lock": ""}},
		"root folder": {"FROM node:20\nCOPY . .\nRUN npm ci && npm run codegen\nCMD [\"node\", \"a.js\"]\n",
			"set a WORKDIR", 0, map[string]string{"package.json": `{"dependencies":{"a":"1"}}`}},
		"script from net": {"FROM python:3.11\nRUN curl -sSL https://example.com/install | sh\nRUN pip install flask\n",
			"script from the network", 2, nil},
		"make install": {"FROM python:3.11\nRUN cd x && ./configure && make && make install\nRUN pip install flask\n",
			"installs what it compiled", 2, nil},
		"jit": {"FROM python:3.11\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
			"numba", 0, map[string]string{"requirements.txt": "numba==0.59\n"}},
		"gcc at start": {"FROM python:3.11\nRUN pip install flask\nCMD gcc x.c && ./a.out\n", "a compiler", 3,
			nil},
		"gcc in the script": {"FROM python:3.11\nCOPY run.sh /\nRUN pip install flask\nENTRYPOINT [\"/run.sh\"]\n",
			"a compiler", 4, map[string]string{"run.sh": "#!/bin/sh\ngcc -o x x.c\nexec ./x\n"}},
		"jupyter": {"FROM jupyter/base-notebook\nRUN pip install flask\n", "workbench", 1, nil},
		"supervisord": {"FROM python:3.11\nRUN pip install flask\nCMD [\"supervisord\", \"-n\"]\n",
			"several services", 3, nil},
		"docker in docker": {"FROM python:3.11\nRUN apt-get update && apt-get install -y docker.io\nRUN pip install " +
			"flask\n", "installs Docker", 2, nil},
		"sudo": {"FROM python:3.11\nRUN apt-get install -y sudo\nRUN pip install flask\n", "sudo", 2, nil},
		"secret argument": {"FROM node:20\nARG NPM_TOKEN\nRUN npm ci\n", "NPM_TOKEN", 2,
			map[string]string{"package.json": "{}"}},
		"secret variable": {"FROM python:3.11\nENV DB_PASSWORD=canary\nRUN pip install flask\n", "DB_PASSWORD", 2,
			nil},
		"heredoc for bash": {"FROM python:3.11\nRUN bash <<EOF\ndeclare -a x=(flask)\npip install ${x[@]}\nEOF\n",
			"within a heredoc", 2, nil},
		"heredoc with text": {"FROM python:3.11\nRUN <<EOF\npip install flask\necho 'a\nb' > /x\nEOF\n",
			"within a heredoc", 2, nil},
		"heredoc for python": {"FROM python:3.11\nRUN pip install flask\nRUN <<EOF\n#!/usr/bin/env python3\n" +
			"print(1)\nEOF\n", "no shell's but python3's", 3, nil},
		"files of two kinds": {"FROM python:3.11\nCOPY a.txt <<EOF /x/\nb\nEOF\nRUN pip install flask\n",
			"write two COPYs", 2, nil},
		"conda": {"FROM continuumio/miniconda3\nRUN conda install flask\n", "conda", 1, nil},
		"bazel": {"FROM python:3.11\nRUN bazel build //...\nRUN pip install flask\n", "bazel", 2, nil},
		"nvcc": {"FROM nvidia/cuda:12.2.0-devel-ubuntu22.04\nRUN nvcc x.cu\nRUN pip3 install torch\n",
			"nvcc", 2, nil},
		"pip --user":   {"FROM python:3.11\nRUN pip install --user flask\n", "--user", 2, nil},
		"pip --target": {"FROM python:3.11\nRUN pip install -t /x flask\n", "own choosing", 2, nil},
		"outside":      {"FROM python:3.11\nRUN pip install -e ../lib\n", "outside", 2, nil},
		"puppeteer": {"FROM node:20\nCOPY . .\nRUN npm ci\n", "browser", 0,
			map[string]string{"package.json": `{"dependencies":{"puppeteer":"22"}}`}},
		"dev server": {"FROM node:20\nCOPY . .\nRUN npm ci\nCMD npm run dev\n", "development server", 4,
			map[string]string{"package.json": `{"scripts":{"dev":"vite"},"devDependencies":{"vite":"5"}}`}},
		"conditional": {"FROM python:3.11\nRUN if true; then pip install flask; tar xf /x.tgz -C /opt; fi\n",
			"condition", 2, nil},
		"nothing installed": {"FROM python:3.11\nCOPY . .\nCMD [\"python\", \"a.py\"]\n", "FROM python:3.11-slim", 0,
			nil},
		"good already": {"FROM golang:1.22 AS b\nRUN go build -o /x .\nFROM scratch\nCOPY --from=b /x /x\n",
			"multi-stage already", 0, nil},
		"no jre": {"FROM maven:latest\nCOPY . .\nRUN mvn package\nCMD [\"java\", \"-jar\", \"target/a.jar\"]\n",
			"--final-image", 1, nil},
		"no go build": {"FROM golang:1.22\nCOPY . .\nRUN make\nCMD [\"./x\"]\n", "make", 3, nil},
		"no language": {"FROM debian:12\nRUN apt-get install -y nginx\n", "could not be told", 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := fstest.MapFS{}
			for n, text := range c.files {
				ctx[n] = &fstest.MapFile{Data: []byte(text)}
			}
			res, err := Split(dockerfile.Parse([]byte(c.text)), ctx, Options{})
			var r *Refusal
			if !errors.As(err, &r) {
				t.Fatalf("converted:\n%s", res.Dockerfile)
			}
			if !strings.Contains(r.Reason, c.reason) || r.Line != c.line {
				t.Errorf("line %d: %s", r.Line, r.Reason)
			}
			if strings.Contains(r.Reason, "canary") {
				t.Error("a value stands in the reason")
			}
		})
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{
		"FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN apt-get update && apt-get install -y gcc libpq-dev && pip " +
			"install -r requirements.txt\nCMD gunicorn app:app\n",
		"FROM node:20\nCOPY package*.json ./\nRUN npm install\nCOPY . .\nRUN npm run build\nCMD npm start\n",
		"FROM golang\nCOPY . .\nRUN go build -o x .\nCMD [\"./x\"]\n",
		"FROM maven:3-eclipse-temurin-17\nRUN mvn package\nCMD java -jar target/*.jar\n",
		"FROM php:8\nRUN composer install\n", "FROM ruby:3\nRUN bundle install\n",
		"FROM rust:1\nRUN cargo build --release\nCMD cargo run\n",
		"FROM a AS b\nRUN pip wheel -w /w x\nFROM a\nCOPY --from=b /w /w\nRUN pip install /w/*\n",
		"FROM python\nRUN uv sync\nUSER\nEXPOSE\nCMD\n",
		"FROM python\nRUN <<A bash -e\npip install x\nif x; then apt-get install y; fi\nA\nCOPY <<B /x/\ny\nB\nCMD x\n",
		"FROM node\nRUN if a; then npm ci; else npm i; fi || true\nRUN cat <<A > b\nc\nA\nCMD node x.js\n",
		"FROM golang\nRUN go build\nCMD go run\nUSER x\nHEALTHCHECK CMD x\n",
	} {
		f.Add(s)
	}
	ctx := fstest.MapFS{
		"package.json": {Data: []byte(`{"scripts":{"build":"tsc","start":"node x.js"},"dependencies":{"a":"1"}}`)},
		"package-lock.json": {Data: []byte(
			`{"lockfileVersion":3,"packages":{"":{"dependencies":{"a":"1"}},"node_modules/a":{}}}`)},
		"requirements.txt": {Data: []byte("flask\n-r requirements.txt\n")}, "go.mod": {Data: []byte("module x/y\n")},
		"main.go":       {Data: []byte("package main\n")},
		"pom.xml":       {Data: []byte("<project><artifactId>a</artifactId></project>")},
		"tsconfig.json": {Data: []byte(`{"outDir":"dist"}`)}, "app.py": {Data: []byte(`subprocess.run(["git"])`)},
	}
	f.Fuzz(func(t *testing.T, text string) {
		res, err := Split(dockerfile.Parse([]byte(text)), ctx, Options{})
		if err != nil {
			return
		}
		if p := dockerfile.Parse(res.Dockerfile).Problems; len(p) > 0 {
			t.Errorf("the conversion does not parse: %s\n%s", p[0].Text, res.Dockerfile)
		}
	})
}
