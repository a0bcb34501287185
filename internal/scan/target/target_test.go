package target

import (
	"testing"

	"github.com/drydock/drydock/internal/stack"
)

func TestUnitsAreScannedOnce(t *testing.T) {
	b := &stack.Build{Context: "/c", Dockerfile: "/c/Dockerfile"}
	h := &stack.Host{Stacks: []stack.Stack{{Name: "s", Services: []stack.Service{
		{Name: "web", Image: "app", Build: b}, {Name: "worker", Image: "app", Build: b}, {Name: "db", Image: "postgres:16"},
	}}}}
	us := (&Target{Host: h}).Units()
	if len(us) != 2 || len(us[0].Services) != 2 || us[1].Image != "postgres:16" {
		t.Errorf("%+v", us)
	}
}
