package traefik_test

import (
	"fmt"
	"net/netip"

	"github.com/drydock/drydock/internal/traefik"
)

// What one Traefik makes of its flags and of a container's labels, and whom it lets in.
func ExampleRuntime_Simulate() {
	rt := traefik.Build(traefik.Input{
		Version: traefik.Newest,
		Static:  traefik.StaticFromFlags([]string{"--providers.docker=true", "--entrypoints.web.address=:80"}),
		Containers: []traefik.Container{{Name: "app", Service: "app", Ports: []string{"80"}, Labels: map[string]string{
			"traefik.http.routers.app.rule":                           "Host(`app.example.com`)",
			"traefik.http.routers.app.middlewares":                    "office",
			"traefik.http.middlewares.office.ipallowlist.sourcerange": "192.0.2.0/24",
		}}},
	})
	for _, from := range []string{"192.0.2.7", "198.51.100.1"} {
		answer := rt.Simulate(traefik.Request{From: netip.MustParseAddr(from), EntryPoint: "web", Proto: "http",
			Host: "app.example.com"})
		fmt.Println(from, answer.Outcome, answer.Status, answer.Router)
	}
	// Output:
	// 192.0.2.7 allowed 0 app@docker
	// 198.51.100.1 refused 403 app@docker
}

func ExampleParseRule() {
	_, err := traefik.ParseRule("Host(`a.example.com`) && PathPrefix(`/admin`", false)
	fmt.Println(err)
	// Output: not a rule: 1:45: missing ',' before newline in argument list
}
