package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"path"
	"strings"

	"github.com/google/osv-scalibr/veles/secrets/jwt"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/secretname"
)

var genericRule = rule("generic", "A value that looks like a secret",
	"It stands under the name of a secret and is too random for a word.", finding.Medium)

var addressRule = rule("url-password", "An address with a password", "It opens the service at that address.",
	finding.Medium)

// What a value under a secret's name has to be to count: as long, and of as much entropy in bits a letter.
const leastLen, mostLen, leastRandom = 16, 200, 3.4

// named finds values that are secrets by their name and randomness, and passwords in addresses.
func named(name string, text []byte) []Found {
	var out []Found
	tell := func(r *finding.Rule, start, end int) {
		if len(out) < maxFound {
			out = append(out, Found{Rule: r.ID, Title: r.Title, Severity: r.Severity, Generic: true, Named: r == &genericRule,
				Confidence: finding.ConfidenceMedium, Start: start, End: end, Shown: Mask(string(text[start:end]))})
		}
	}
	quoted(text, func(start, end int) {
		if isRandom(text[start:end]) && secretname.Holds(nameBefore(text, start-1)) {
			tell(&genericRule, start, end)
		}
	})
	if isSettings(name) {
		for _, m := range setting.FindAllSubmatchIndex(text, maxSettings) {
			if secretname.Holds(string(text[m[2]:m[3]])) && isRandom(text[m[4]:m[5]]) {
				tell(&genericRule, m[4], m[5])
			}
		}
	}
	addresses(text, func(start, end int) { tell(&addressRule, start, end) })
	return out
}

// quoted tells of each text in quotes on one line that has a secret's length and letters.
func quoted(text []byte, tell func(start, end int)) {
	for i := 0; i < len(text); i++ {
		q := text[i]
		if q != '"' && q != '\'' && q != '`' {
			continue
		}
		end := i + 1
		for end < len(text) && end-i <= mostLen+1 && valueByte(text[end]) {
			end++
		}
		if end < len(text) && text[end] == q && end-i-1 >= leastLen {
			tell(i+1, end)
			i = end
			continue
		}
		i = max(i, end-1)
	}
}

func valueByte(c byte) bool {
	return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '`' && c != '\\'
}

// nameBefore is the name that a value at a byte is given to, "" if it is given to none.
func nameBefore(text []byte, at int) string {
	const most = 120
	before := text[max(0, at-most):at]
	if i := bytes.LastIndexByte(before, '\n'); i >= 0 {
		before = before[i+1:]
	}
	m := assigned.FindSubmatch(before)
	if m == nil {
		return ""
	}
	return string(m[1])
}

var (
	// A name, a type behind it perhaps, and a sign that gives it a value; or a default value of it.
	assigned = lazyregexp.New(
		`([A-Za-z_][\w.-]*)["'\x60]?\]?(?:\s*:\s*[\w.\[\]|]+\s*=|\s*(?::=|=>|=|:|,))\s*[bruf@]?$`)
	setting = lazyregexp.New(`(?m)^[ \t]*(?:export[ \t]+|- )?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*` +
		`([^\s"'#\x60]{16,200})[ \t]*\r?$`)
	address = lazyregexp.New(
		`\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://([^\s/:@"'<>{}$]{0,60}):([^\s/@"'<>{}$%]{6,100})@([^\s/:"'<>]+)`)
	customary = lazyregexp.New(`(?i)^(?:.*(?:pass(?:word|wd)?|pwd|secret|token|user|admin|test|guest|changeme|` +
		`postgres|mysql|mongo|root|dummy|local|foo|bar|baz|oauth).*)$`)
	standsFor = lazyregexp.New(`(?i)example|placeholder|dummy|change[-_]?me|replace|redacted|insert|your[-_]|[-_]here|` +
		`todo|fixme|insecure|not[-_]?a?[-_]?real|fake|sample|test[-_]|xxxx|0000000|1234567|abcdefg|deadbeef|lorem|` +
		`\*\*\*|\.\.\.`)
	wordy = lazyregexp.New(`^[A-Za-z]+(?:[-_./:][A-Za-z]+)*[-_./:]?[0-9]{0,4}$`)
)

const maxSettings = 5000

// isSettings reports whether a file's values often stand without quotes.
func isSettings(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".env", ".properties", ".ini", ".cfg", ".conf", ".cnf", ".yaml", ".yml", ".toml":
		return true
	}
	return IsEnvFile(name)
}

// isRandom reports whether a value is too random for a word, a name, a path or an expression.
func isRandom(value []byte) bool {
	if len(value) < leastLen || len(value) > mostLen || bytes.ContainsAny(value, "${}<>()[]% ,;|&*?\\") ||
		bytes.Contains(value, []byte("://")) || value[0] == '/' || value[0] == '.' {
		return false
	}
	if !bytes.ContainsAny(value, "0123456789") || !bytes.ContainsAny(bytes.ToLower(value), "abcdefghijklmnopqrstuvwxyz") {
		return false
	}
	least := leastRandom
	if hexOnly.Match(value) {
		least = leastForm
	}
	return entropy(value) >= least && !wordy.Match(value) && !isExample(string(value)) && !manyWords(value)
}

// manyWords reports whether a value is a sentence or a name in pieces: nearly all of it are lower-case words.
func manyWords(value []byte) bool {
	pieces := strings.FieldsFunc(string(value), func(r rune) bool { return r == '-' || r == '_' || r == '.' || r == '/' })
	words := 0
	for _, p := range pieces {
		if strings.IndexFunc(p, func(r rune) bool { return r < 'a' || r > 'z' }) < 0 {
			words++
		}
	}
	return len(pieces) > 2 && words*3 >= len(pieces)*2
}

// entropy is Shannon's, in bits a byte.
func entropy(value []byte) float64 {
	var count [256]int
	for _, c := range value {
		count[c]++
	}
	var bits float64
	for _, n := range count {
		if n > 0 {
			share := float64(n) / float64(len(value))
			bits -= share * math.Log2(share)
		}
	}
	return bits
}

// isExample reports whether a value says of itself that it is none.
func isExample(value string) bool {
	return standsFor.MatchString(value) && !strings.HasPrefix(value, "-----BEGIN")
}

// addresses tells of the passwords in addresses: no variable, nobody's example, not the user's name again, not a machine
// that is only this one.
func addresses(text []byte, tell func(start, end int)) {
	if !bytes.Contains(text, []byte("://")) {
		return
	}
	for from := 0; ; {
		i := bytes.IndexByte(text[from:], '@')
		if i < 0 {
			return
		}
		const before, after = 200, 100
		start := max(from, from+i-before)
		window := text[start:min(len(text), from+i+after)]
		from += i + 1
		for _, m := range address.FindAllSubmatchIndex(window, -1) {
			user, password, host := string(window[m[2]:m[3]]), string(window[m[4]:m[5]]), string(window[m[6]:m[7]])
			if start+m[5]+1 == from && password != user && !isThisMachine(host) && isPassword(password) &&
				!isExample(host) {
				tell(start+m[4], start+m[5])
			}
		}
	}
}

// isPassword reports whether a text in the place of a password is one: none of the words that examples have there.
func isPassword(text string) bool {
	return !customary.MatchString(text) && !isExample(text) && entropy([]byte(text)) > 2
}

func isThisMachine(host string) bool {
	return host == "localhost" || host == "host" || strings.HasPrefix(host, "127.") ||
		strings.HasSuffix(host, ".test") || strings.HasSuffix(host, ".invalid") || strings.HasSuffix(host, ".local")
}

var jsonWebTokens = kind{
	Rule: rule("jwt", "A JSON Web Token", "It stands for the user that it was made for until it expires.",
		finding.Medium),
	sure: finding.ConfidenceMedium, words: words("eyJ"), find: func(text []byte) (out []span) {
		_, starts := jwt.NewDetector().Detect(text)
		for _, at := range starts {
			if end := endOf(text, at); !publicToken(text[at:end]) && !within(text, at) {
				out = append(out, span{start: at, end: end})
			}
		}
		return out
	},
}

// publicToken reports whether a token is one of the documentation's, or one that a browser is given anyway.
func publicToken(token []byte) bool {
	parts := bytes.Split(token, []byte("."))
	if len(parts) < 3 {
		return false
	}
	body, err := base64.RawURLEncoding.DecodeString(string(parts[1]))
	if err != nil {
		return false
	}
	var claims map[string]any
	if json.Unmarshal(body, &claims) != nil {
		return false
	}
	for _, key := range []string{"name", "sub", "iss", "role", "user", "username"} {
		switch value, _ := claims[key].(string); strings.ToLower(value) {
		case "john doe", "jane doe", "1234567890", "joe", "anon", "test", "example", "user", "foo":
			return true
		}
	}
	return len(claims) == 0
}
