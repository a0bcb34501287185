package code_test

import (
	"fmt"

	"github.com/drydock/drydock/internal/code"
	"github.com/drydock/drydock/internal/code/rule"
)

const evalRule = `rules:
  - id: no-eval
    languages: [python]
    severity: ERROR
    message: $X is run as code
    pattern: eval($X)
`

func ExampleEngine_File() {
	rules, errs := rule.Parse("no-eval.yaml", []byte(evalRule))
	if len(errs) > 0 {
		fmt.Println(errs)
		return
	}
	engine, errs := code.New(rules, code.Options{})
	if len(errs) > 0 {
		fmt.Println(errs)
		return
	}
	for _, f := range engine.File("app.py", []byte("import os\nprint(eval(os.environ['CODE']))\n")).Findings {
		fmt.Println(f.Location, f.Rule, f.Message)
	}
	// Output: app.py:2:7 no-eval os.environ['CODE'] is run as code
}
