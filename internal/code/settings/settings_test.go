package settings

import "testing"

// TestValues reads what each kind of file says, and nothing that two say differently.
func TestValues(t *testing.T) {
	v := &Values{}
	v.Add("a/app.properties", []byte("# c\nhash=MD5\nname : x y\nlong = a\\\n  b\nboth=1\nplain\n"))
	v.Add("b/other.properties", []byte("both=2\nhash=MD5\r\n"))
	v.Add("setup.cfg", []byte("[crypto]\nAlg = sha1\n; x = y\n"))
	v.Add("app/settings.py", []byte("HASH = 'md5'  # old\nDEBUG = True\nKEY = \"a\" + b\n"))
	text := func(s string, ok bool) string {
		if !ok {
			return "?"
		}
		return s
	}
	missing := "SHA512"
	for _, c := range []struct{ got, want string }{
		{text(v.Property("hash", &missing)), "MD5"},
		{text(v.Property("name", nil)), "x y"},
		{text(v.Property("long", nil)), "ab"},
		{text(v.Property("plain", nil)), ""},
		{text(v.Property("both", &missing)), "?"},
		{text(v.Property("none", &missing)), "SHA512"},
		{text(v.Property("none", nil)), "?"},
		{text(v.Option("crypto", "alg")), "sha1"},
		{text(v.Option("", "alg")), "?"},
		{text(v.Constant("settings", "HASH")), "md5"},
		{text(v.Constant("settings", "KEY")), "?"},
		{text((*Values)(nil).Property("hash", &missing)), "?"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if v.Sum() == "" || (*Values)(nil).Sum() != "" || !Wanted("x/settings_prod.py") || Wanted("a.py") {
		t.Error("sum or names")
	}
}
