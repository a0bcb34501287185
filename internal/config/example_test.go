package config_test

import (
	"fmt"

	"github.com/drydock/drydock/internal/config"
)

// A key that drydock does not know is an error with its place: a policy that is not applied is worse than none.
func ExampleParse() {
	_, err := config.Parse("drydock.yaml", []byte("version: 1\npolicy:\n  fail-onn: high\n"))
	fmt.Println(err)
	// Output: drydock.yaml:3:3: policy has no key "fail-onn"
}
