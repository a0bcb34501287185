package stack

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"
)

// Compose's schema says which keys there are.
func TestKeysAreThoseOfComposesSchema(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal([]byte(schema.Schema), &root); err != nil {
		t.Fatal(err)
	}
	defs := root["$defs"].(map[string]any)
	var collect func(n map[string]any, into map[string]any)
	collect = func(n map[string]any, into map[string]any) {
		if ref, ok := n["$ref"].(string); ok {
			collect(defs[ref[strings.LastIndexByte(ref, '/')+1:]].(map[string]any), into)
		}
		for _, k := range []string{"allOf", "oneOf"} {
			list, _ := n[k].([]any)
			for _, x := range list {
				collect(x.(map[string]any), into)
			}
		}
		props, _ := n["properties"].(map[string]any)
		maps.Copy(into, props)
	}
	keys := func(n any) (map[string]any, []string) {
		into := map[string]any{}
		collect(n.(map[string]any), into)
		return into, slices.Sorted(maps.Keys(into))
	}
	service, names := keys(defs["service"])
	check := func(what string, have, want []string) {
		if have = slices.Sorted(slices.Values(have)); !slices.Equal(have, want) {
			t.Errorf("%s: %v\nschema: %v", what, have, want)
		}
	}
	check("service", serviceKeys, names)
	for what, have := range map[string][]string{"build": buildKeys, "deploy": deployKeys, "healthcheck": healthKeys} {
		_, want := keys(service[what])
		check(what, have, want)
	}
	_, want := keys(defs["network"])
	check("network", networkKeys, want)
	_, want = keys(defs["volume"])
	check("volume", volumeKeys, want)
	_, want = keys(root)
	check("file", topKeys, want)
}
