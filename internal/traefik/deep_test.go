package traefik

import (
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// Files, labels, rules and templates that nest without end are refused or read, with little stack and in little time. A
// stack that overflows ends the process.
func TestDeepConfiguration(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(64 << 20))
	const size = 1 << 20
	deep := func(head, part string) string { return head + strings.Repeat(part, size/len(part)) }
	texts := map[string]string{
		"lists": deep("http: ", "["), "mappings": deep("", "{a: "), "blocks": deep("", "- "),
		"json": deep("", `{"http":`), "toml lists": deep("a = ", "["),
		"toml tables": deep("a = ", "{a = "), "toml keys": deep("a", ".a") + " = 1\n", "toml header": deep("[a", ".a") +
			"]\n",
		"aliases": "a: &a [x]\n" + deep("b: ", "[*a, "),
	}
	began := time.Now()
	for _, text := range texts {
		for _, name := range []string{"a.yml", "a.toml", "a.json"} {
			_, _ = StaticFromFile(name, []byte(text))
			_, _ = ReadFile(name, []byte(text), Newest)
		}
	}
	for _, rule := range []string{deep("", "("), deep("", "!"), deep("Host(`a`)", " || Host(`a`)"),
		deep("", "(Host(`a`) && "), deep("", "Host("), deep("a", ".a"), deep("", "[")} {
		_, _ = ParseRule(rule, false)
		_, _ = ParseRule(rule, true)
		_, _ = ParseTCPRule(rule, false)
		StaticFromFlags([]string{"--providers.docker", "--providers.docker.defaultRule=" + rule,
			"--providers.docker.constraints=" + rule, "--" + rule + "=1"})
		c := Container{Name: "a", Labels: map[string]string{"traefik.http.routers.a.rule": rule,
			"traefik." + rule: "1"}}
		s := StaticFromFlags([]string{"--providers.docker.constraints=" + rule, "--providers.docker.defaultRule={{if " +
			rule + "}}", "--entrypoints.web.address=:80"})
		Build(Input{Version: Newest, Static: s, Containers: []Container{c}})
	}
	if took := time.Since(began); took > 60*time.Second {
		t.Errorf("took %v", took)
	}
}
