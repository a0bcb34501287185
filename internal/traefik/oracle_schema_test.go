package traefik

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/testenv"
)

// listed is a line of schema.txt or static.txt.
type listed struct {
	path string
	kind kind
	in   func(Version) bool
}

func schemaLines(text string, root *field) []listed {
	var out []listed
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] == "#" {
			continue
		}
		f := root
		for _, part := range strings.Split(words[0], ".") {
			f = f.child(part)
		}
		out = append(out, listed{words[0], kinds[words[1]], f.in})
	}
	return out
}

// example is a value of a kind.
func (l *listed) example() string {
	switch l.kind {
	case kindBool, kindEmpty:
		return "true"
	case kindInt:
		return "1"
	case kindDuration:
		return "1s"
	}
	return "1"
}

// TestSchemaAgainstTraefik writes every field that the model knows as a label of a container of its own, with a router
// beside it: a real Traefik drops the container where it does not know the field, and so must the model.
func TestSchemaAgainstTraefik(t *testing.T) {
	for _, v := range peers {
		t.Run(v.version, func(t *testing.T) {
			v.need(t)
			s := setup{tool: v.tool, version: ParseVersion(v.version), eps: []string{"web"},
				flags: []string{"--providers.docker.exposedbydefault=false"}}
			fields := schemaLines(schemaText, parseSchema(schemaText))
			for i, f := range fields {
				name := fmt.Sprintf("f%d", i)
				key := "traefik." + strings.NewReplacer(".*", "."+name, ".[]", "[0]").Replace(f.path)
				if f.path == "http.middlewares.*.plugin.*.*" {
					key = "traefik.http.middlewares." + name + ".plugin.p.x"
				}
				s.containers = append(s.containers, Container{Project: "p", Service: name, Name: "p-" + name + "-1",
					Labels: map[string]string{
						"traefik.enable": "true", "traefik.http.routers.r" + name + ".rule": "Host(`" + name +
							".example.com`)", key: f.example(),
						"com.docker.compose.project": "p", "com.docker.compose.service": name,
					}})
			}
			r := start(t, s)
			data, err := r.Raw()
			if err != nil {
				t.Fatal(err)
			}
			var raw struct {
				Routers map[string]any `json:"routers"`
			}
			if err := json.Unmarshal(data, &raw); err != nil {
				t.Fatal(err)
			}
			sum := &tally{cases: len(fields), asked: len(fields), by: map[Outcome]int{}}
			for i, f := range fields {
				name := fmt.Sprintf("rf%d@docker", i)
				_, real := raw.Routers[name]
				model := r.runtime.Routers[name] != nil
				if real == model {
					sum.agree++
				} else {
					t.Errorf("%s: the model has its container's router: %t, Traefik has it: %t", f.path, model, real)
				}
				if real {
					sum.by[Allowed]++
				} else {
					sum.by[NotServed]++
				}
			}
			sum.print(t, "fields, Traefik "+v.version)
		})
	}
}

// TestStaticAgainstTraefik gives a real Traefik every setting that the model knows: all that its version has at once,
// and then the others one by one. A flag that no version has, at the end, keeps it from starting; which one it
// complains of tells the rest.
func TestStaticAgainstTraefik(t *testing.T) {
	const last = "zzz"
	settings := schemaLines(staticText, parseSchema(staticText))
	for _, v := range peers {
		t.Run(v.version, func(t *testing.T) {
			v.need(t)
			bin, version := testenv.Tool(t, v.tool), ParseVersion(v.version)
			refused := func(args []string) string {
				out, _ := exec.Command(bin, append(slices.Clone(args), "--"+last+"=1")...).CombinedOutput()
				return string(out)
			}
			var good []string
			agree, bad := 0, 0
			for i, f := range settings {
				arg := "--" + strings.NewReplacer(".*", ".x", ".[]", "[0]").Replace(f.path) + "=" + f.example()
				if f.in(version) {
					good = append(good, arg)
					continue
				}
				// Each costs a start of Traefik: a part of them, unless there is time.
				if os.Getenv("DRYDOCK_SLOW") == "" && i%8 != 0 {
					continue
				}
				bad++
				out := refused([]string{arg})
				if strings.Contains(out, "node: "+last) && !strings.Contains(out, "incompatible deprecated") {
					t.Errorf("%s: the model does not have it, Traefik has", f.path)
					continue
				}
				agree++
			}
			if out := refused(good); !strings.Contains(out, "node: "+last) {
				t.Errorf("Traefik has not all that the model has: %s", out)
			} else {
				agree += len(good)
			}
			t.Logf("settings, Traefik %s: %d cases; of %d answers %d agree with the real Traefik (%d of them it "+
				"refuses)", v.version, len(settings), len(good)+bad, agree, bad)
			if err := StaticFromFlags(good).Refused(version); err != nil {
				t.Errorf("the model refuses %s", err.Key)
			}
		})
	}
}
