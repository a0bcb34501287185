package secret_test

import (
	"strings"
	"testing"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/secret"
)

// The secrets are put together here, so that no scanner takes the file for a leak.
var (
	github = "ghp_" + "lbSH4CWqHKWSJCtf6JdQKnIkM6IkV00NzVax"
	awsID  = "AKIA" + "Q3EGRKPTLU5B7Q2X"
	aws    = "q9Zb+3LxVt7RmK2c" + "WfD8sYpE1uHgN6oJ4aTiXk5B"
	stripe = "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc"
	slack  = "xoxb-" + "204716593882-2047165938871-Zk4vQ9tR2mWd8sYpE1uHgN6o"
	jwt    = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiI0MjciLCJzY29wZSI6ImFkbWluIn0" + ".kQ8rV2nY5tZ1bX7cW4mD9pL3sF6gH0jA"
	random = "f9Qz7LxV2t" + "RmK3cWfD8sYpE1u"
	body   = "MIIEpAIBAAKCAQEAq7bV9cXz1LmN3pR5sT7uV9wX"
)

func rulesIn(name, text string) string {
	var out []string
	for _, f := range secret.Find(name, []byte(text)) {
		if !f.Part {
			out = append(out, strings.TrimPrefix(f.Rule, "secret-"))
		}
	}
	return strings.Join(out, " ")
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"a.py", `TOKEN = "` + github + `"`, "github-token"},
		{"a.md", "curl -H 'Authorization: token " + github + "'", "github-token"},
		{"a.py", `aws_access_key_id = "` + awsID + "\"\naws_secret_access_key = \"" + aws + `"`, "aws-access-key"},
		{"a.js", `const s = new Stripe("` + stripe + `")`, "stripe-key"},
		{"a.rb", `Slack.token = '` + slack + `'`, "slack-token"},
		{"a.ts", `const t = '` + jwt + `'`, "jwt"},
		{"a.py", `API_KEY = "` + random + `"`, "generic"},
		{"A.java", `String apiToken = "` + random + `";`, "generic"},
		{"a.py", `password: str = "` + random + `"`, "generic"},
		{"a.go", `cfg := Config{APIKey: "` + random + `"}`, "generic"},
		{"app.properties", "db.password=" + random, "generic"},
		{"a.yaml", "api_key: " + random, "generic"},
		{"a.py", `db = "postgres://app:` + `Zk4vQ9tR2m@db.internal:5432/app"`, "url-password"},
		{"a.pem", "-----BEGIN RSA PRIVATE KEY-----\n" + body + "\n-----END RSA PRIVATE KEY-----\n", "private-key"},
		{"a.py", `k = "-----BEGIN PRIVATE KEY-----\n` + body + `\n-----END PRIVATE KEY-----"`, "private-key"},
		{"a.yaml", "key: |\n  -----BEGIN EC PRIVATE KEY-----\n  " + body + "\n", "private-key"},
		{"a.pem", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n" +
			body, "private-key"},
		{"a.py", `k = "-----BEGIN PRIVATE KEY-----\n" + "` + body + `"`, "private-key"},

		// what is none
		{"a.py", `k = "` + "AKIA" + `IOSFODNN7EXAMPLE"`, ""},
		{"a.py", `aws_secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"`, ""},
		{"a.md", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2" +
			"MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c", ""},
		{"a.py", `TOKEN = "ghp_` + strings.Repeat("x", 36) + `"`, ""},
		{"a.pem", "-----BEGIN PUBLIC KEY-----\n" + body, ""},
		{"a.py", `text = "-----BEGIN PRIVATE KEY-----\n" + encoded + "\n-----END PRIVATE KEY-----"`, ""},
		{"a.py", `if "-----BEGIN PRIVATE KEY-----" in text and isLongEnough:`, ""},
		{"a.py", `API_KEY = os.environ["THE_NAME_OF_A_VARIABLE_1"]`, ""},
		{"a.py", `password = "your-password-goes-here-1"`, ""},
		{"a.py", `digest = "` + random + `"`, ""},
		{"a.yaml", "password: ${DB_PASSWORD_OF_APP_1}", ""},
		{"a.py", `token = "auth.token.of-user.2"`, ""},
		{"a.py", `api_key_url = "https://example.org/a1b2c3d4e5f6g7"`, ""},
		{"a.md", "postgres://user:password@localhost/db redis://:secret@cache/0 https://u:${PW}@h.example.org/", ""},
		{"yarn.lock", `token = "` + github + `"`, ""},
		{"app.js.map", `token = "` + github + `"`, ""},
	} {
		if got := rulesIn(c.file, c.text); got != c.want {
			t.Errorf("%s: %s\n got %q\nwant %q", c.file, c.text, got, c.want)
		}
	}
}

// Of no secret more than its first letters is shown, and both halves of a pair are known to be hidden.
func TestShown(t *testing.T) {
	text := `id = "` + awsID + "\"\nsecret = \"" + aws + "\"\n" + github + "\n" + slack
	hidden := 0
	for _, f := range secret.Find("a.txt", []byte(text)) {
		value := text[f.Start:f.End]
		for _, s := range []string{awsID, aws, github, slack} {
			if value == s {
				hidden++
			}
		}
		if len(f.Shown) > len("abcd…") || !strings.HasPrefix(value, strings.TrimSuffix(f.Shown, "…")) {
			t.Errorf("%s shows %q", f.Rule, f.Shown)
		}
	}
	if hidden != 4 {
		t.Errorf("%d of 4 secrets are known", hidden)
	}
}

func TestTestsAreLow(t *testing.T) {
	for file, want := range map[string]finding.Severity{"app/a.py": finding.High, "tests/a.py": finding.Low,
		"src/a.test.ts": finding.Low, "latest/a.py": finding.High} {
		if got := secret.Find(file, []byte(github)); len(got) != 1 || got[0].Severity != want {
			t.Errorf("%s: %v", file, got)
		}
	}
}

func TestEnvFiles(t *testing.T) {
	for name, want := range map[string]bool{".env": true, "a/.env.local": true, "prod.env": true, ".env.example": false,
		"env.py": false, ".environment": false} {
		if got := secret.IsEnvFile(name); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// Each rule is found in some text of TestFind or by the library, and none is described twice.
func TestRules(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range secret.Rules() {
		if seen[r.ID] || r.Title == "" || r.Remedy == "" || len(r.OWASP) == 0 || r.CWE[0] != "CWE-798" {
			t.Errorf("%+v", r)
		}
		seen[r.ID] = true
	}
}

// Hostile texts take no more time than their length asks for.
func TestHostile(t *testing.T) {
	const size = 1 << 20
	for _, unit := range []string{`"`, "eyJ", "AKIA", "-----BEGIN PRIVATE KEY-----", "://a:b@", "a=", `key="`, "x@"} {
		_ = secret.Find("a.env", []byte(strings.Repeat(unit, size/len(unit))))
	}
}

func FuzzFind(f *testing.F) {
	f.Add(`key = "` + random + `"`)
	f.Add("postgres://a:" + random + "@h")
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, s := range secret.Find("a.env", []byte(text)) {
			if s.Start < last || s.End <= s.Start || s.End > len(text) {
				t.Fatalf("%d:%d of %d", s.Start, s.End, len(text))
			}
			last = s.End
		}
	})
}
