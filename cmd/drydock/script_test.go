package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/drydock/drydock/internal/syntax"
	"github.com/drydock/drydock/internal/testenv"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"drydock": main, launchCommand: launch})
}

// TestScripts runs every testdata/*.txtar: the whole command as text, with its inputs and expected output in one file.
// Each script has a home of its own, no engine, and $EXAMPLES for the examples' folder; `go test -run Scripts/NAME`
// picks one. The condition [syntax] holds where the binary has syntax trees.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Condition: func(cond string) (bool, error) {
			if cond == "syntax" { // built with cgo
				return syntax.Available, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("DRYDOCK_HOME", filepath.Join(e.WorkDir, ".drydock"))
			e.Setenv("DOCKER_HOST", "unix://"+filepath.Join(e.WorkDir, "no-engine.sock"))
			e.Setenv("EXAMPLES", filepath.Join(testenv.Root(), "examples"))
			return nil
		},
	})
}
