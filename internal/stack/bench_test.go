package stack

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// bigHost is a compose file of 200 services with 5 labels each.
func bigHost() string {
	var b strings.Builder
	b.WriteString("services:\n")
	for i := range 200 {
		fmt.Fprintf(&b, "  s%d:\n    image: nginx:alpine\n    restart: always\n    networks: [default, web]\n"+
			"    environment:\n      - A=b\n    volumes:\n      - ./x:/y\n    labels:\n      - traefik.enable=true\n",
			i)
		for _, l := range []string{"rule=Host(`s%d.${DOMAIN}`)", "entrypoints=websecure", "tls=true",
			"middlewares=secured"} {
			fmt.Fprintf(&b, "      - traefik.http.routers.s%d."+strings.ReplaceAll(l, "%d", fmt.Sprint(i))+"\n", i)
		}
	}
	b.WriteString("networks:\n  web:\n    external: true\n")
	return b.String()
}

func BenchmarkLoad200Services(b *testing.B) {
	dir := tree(b, "-- compose.yaml --\n"+bigHost())
	for b.Loop() {
		h, err := Load(context.Background(), []string{dir}, Options{Env: noEnv})
		if err != nil || len(h.Stacks[0].Services) != 200 {
			b.Fatal(err)
		}
	}
}

func BenchmarkComposeLoads200Services(b *testing.B) {
	dir := tree(b, "-- compose.yaml --\n"+bigHost())
	for b.Loop() {
		if _, err := composeLoad(b, dir, []string{dir + "/compose.yaml"}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
