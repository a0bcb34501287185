package code

import "testing"

func TestSecretsAreNotShown(t *testing.T) {
	for in, want := range map[string]string{
		`--extra-index-url https://user:pw@packages.example.org/simple`: `--extra-index-url https://***@packages.example.org/simple`,
		`requests.get("https://:pw@example.org", verify=False)`:         `requests.get("https://***@example.org", verify=False)`,
		`connect(user="a", password="pw", sql)`:                         `connect(user="a", password="***", sql)`,
		`{"api_key": 'abc', "name": "x"}`:                               `{"api_key": "***", "name": "x"}`,
		`config["DB_PASSWORD"] = b"abc"`:                                `config["DB_PASSWORD"] = b"***"`,
		`password = request.form["password"]`:                           `password = request.form["password"]`,
		`mail = "a@example.org"; url = "https://example.org/@a"`:        `mail = "a@example.org"; url = "https://example.org/@a"`,
	} {
		if got := shown(in, false); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if got := shown(`key = "abc" + other`, true); got != `key = "***" + other` {
		t.Error(got)
	}
}
