package suggest

import "testing"

func TestWord(t *testing.T) {
	keys := []string{"labels", "image", "environment", "env_file", "ports", "volumes"}
	for in, want := range map[string]string{
		"lables": "labels", "label": "labels", "Labels": "labels", "enviroment": "environment", "port": "ports",
		"volume": "volumes", "img": "", "networks": "", "": "", "imgae": "image", "mi": "", "labels": "labels",
	} {
		if got := Word(in, keys); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
