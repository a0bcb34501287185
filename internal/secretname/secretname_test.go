package secretname_test

import (
	"testing"

	"github.com/drydock/drydock/internal/secretname"
)

func TestNames(t *testing.T) {
	for name, want := range map[string][2]bool{ // holds, may hold
		"DB_PASSWORD": {true, true}, "SECRET_KEY_BASE": {true, true}, "apiToken": {true, true},
		"API_KEY2":      {true, true},
		"PASSWORD_FILE": {false, true}, "TOKEN_TTL": {false, true}, "PUBLIC_API_KEY": {false, true},
		"DATABASE_URL": {false, true}, "PATH": {false, false}, "KEYBOARD": {false, false},
	} {
		if got := [2]bool{secretname.Holds(name), secretname.MayHold(name)}; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestHide(t *testing.T) {
	in := `curl --token=abc "x" && DB_PASSWORD="a b" run; PATH=/bin auth=none`
	want := `curl --token=… "x" && DB_PASSWORD=… run; PATH=/bin auth=none`
	if got := secretname.Hide(in); got != want {
		t.Errorf("%s", got)
	}
}
