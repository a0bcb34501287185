package prove

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// compare holds the new image's performance against the two of the original.
func (p *prover) compare(a, b, c *performance) error {
	if a.exited {
		if a.stdout == b.stdout && !sameText(a.stdout, b.stdout, c.stdout) {
			return p.refuse(Answers, "it does its work and ends, but prints something else than the original")
		}
		p.check("answers", Same, "both end with exit code %d and the same output", c.exit)
		return nil
	}
	if len(a.open) == 0 {
		if err := p.compareHealth(a.health, c.health); err != nil {
			return err
		}
		p.check("answers", Same, "both keep running; neither opens a port, so no request was sent")
		return nil
	}
	if len(a.answers) == 0 {
		p.check("answers", Same, "both take connections on %s, which speak no HTTP", ints(a.open))
		return nil
	}
	_, meant := p.intended("headers")
	compared, unstable := 0, 0
	for _, k := range a.order {
		x, y, z := a.answers[k], b.answers[k], c.answers[k]
		if y != nil && z == nil && x.Status == y.Status {
			return p.refuse(Answers, "%s: the original answers, and the new image does not", k)
		}
		if y == nil || z == nil {
			unstable++
			continue
		}
		if x.Status != y.Status {
			unstable++
			continue
		}
		if d := differ(x, y, z, !meant); d != "" {
			return p.refuse(Answers, "%s: %s", k, d)
		}
		compared++
	}
	if compared == 0 {
		return p.refuse(Original,
			"the original answers the same request differently each time; give a stable one with --probe")
	}
	if err := p.compareHealth(a.health, c.health); err != nil {
		return err
	}
	if !answersAtAll(a) {
		return p.refuse(Original,
			"the original answers every request with an error of its own; give a path with --probe, or what it "+
				"needs with the compose file")
	}
	text := fmt.Sprintf("%d requests, the same answers", compared)
	if unstable > 0 {
		text += fmt.Sprintf(" (%d more are not stable in the original)", unstable)
	}
	p.check("answers", Same, "%s", text)
	if left := p.notExercised(a); left != "" {
		p.check("answers", Noted, "%s", left)
	}
	return nil
}

// notExercised says what the requests did not reach: routes that the app is known to have and that nothing was asked
// of,
// or that only a log-in or a fitting body opens.
func (p *prover) notExercised(a *performance) string {
	var doors, unasked []string
	for _, r := range p.orig.known {
		asked, reached := false, false
		for _, port := range a.open {
			req, ok := r.request(port)
			if !ok {
				continue
			}
			if res := a.answers[req.String()]; res != nil {
				asked = true
				reached = reached || res.Status < 400 || res.Status >= 500
			}
		}
		switch {
		case !asked:
			unasked = append(unasked, r.String())
		case !reached:
			doors = append(doors, r.String())
		}
	}
	var out []string
	if len(doors) > 0 {
		out = append(out,
			"turned away in the original already (a log-in, another body, a value that is there): "+some(doors))
	}
	if len(unasked) > 0 {
		out = append(out, "not asked: "+some(unasked))
	}
	if len(out) == 0 {
		return ""
	}
	return "not exercised: " + strings.Join(out, "; ") + "; --probe asks for more"
}

// some are the first of a list, and how many more there are.
func some(list []string) string {
	const shown = 5
	if len(list) <= shown {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:shown], ", "), len(list)-shown)
}

// compareHealth holds the health checks against one another: one that succeeds in the original has to succeed in the
// new
// image.
func (p *prover) compareHealth(before, after *health) error {
	name := "the health check"
	if after != nil && after.compose {
		name = "compose's health check"
	}
	switch {
	case before == nil && after == nil:
	case before == nil && after.code != 0:
		return p.refuse(NewHealth, "the new health check fails")
	case before != nil && before.code == 0 && after != nil && after.code != 0:
		p.res.Log, p.res.Lacks = lastLines(after.output, 12), p.named(after.output)
		return p.refuse(Health, "%s succeeds in the original and fails in the new image", name)
	case before != nil && before.code != 0:
		p.check("answers", Noted, "%s fails in the original too, so that it was not compared", name)
	case before == nil:
		p.check("answers", Same, "the new health check succeeds")
	default:
		p.check("answers", Same, "%s succeeds in both", name)
	}
	return nil
}

// answersAtAll: an original that answers nothing but server errors shows nothing of the app.
func answersAtAll(a *performance) bool {
	for _, r := range a.answers {
		if r.Status < 500 {
			return true
		}
	}
	return false
}

// perRequest are the headers that differ between any two answers, or between any two builds.
var perRequest = map[string]bool{"Date": true, "Content-Length": true, "Connection": true, "Keep-Alive": true,
	"Etag":          true,
	"Last-Modified": true, "Expires": true, "Age": true, "Set-Cookie": true, "Transfer-Encoding": true, "Server": true}

// differ says how the new answer z differs from what the original's two answers have in common, "" if it does not.
// Values of headers are compared and never shown.
func differ(x, y, z *engine.Response, headers bool) string {
	if x.Status != z.Status {
		return fmt.Sprintf("the original answers %s, the new image %s", statusText(x.Status), statusText(z.Status))
	}
	if a, b := mediaType(x.Header), mediaType(z.Header); a != b && a == mediaType(y.Header) && headers {
		return fmt.Sprintf("the content is %s, not %s", quoteEmpty(b), quoteEmpty(a))
	}
	if headers {
		for name := range x.Header {
			if !perRequest[name] && reflect.DeepEqual(x.Header[name], y.Header[name]) &&
				!reflect.DeepEqual(x.Header[name], z.Header[name]) {
				return "the header " + name + " is not the same"
			}
		}
	}
	if z.Cut || x.Cut {
		return ""
	}
	if !sameBody(x.Body, y.Body, z.Body) {
		return fmt.Sprintf("the content is not the same (%d bytes, not %d)", len(z.Body), len(x.Body))
	}
	return ""
}

func statusText(n int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", n, http.StatusText(n)))
}

func mediaType(h http.Header) string {
	t, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return h.Get("Content-Type")
	}
	return t
}

// sameBody compares z with what x and y, two answers of the original, agree on.
func sameBody(x, y, z []byte) bool {
	if bytes.Equal(x, z) {
		return true
	}
	var vx, vy, vz any
	if json.Unmarshal(x, &vx) == nil && json.Unmarshal(y, &vy) == nil && json.Unmarshal(z, &vz) == nil {
		return sameJSON(vx, vy, vz)
	}
	return sameText(string(x), string(y), string(z))
}

// sameJSON walks three documents at once: where x and y differ, z may be anything of the same kind.
func sameJSON(x, y, z any) bool {
	switch x := x.(type) {
	case map[string]any:
		y, ok1 := y.(map[string]any)
		z, ok2 := z.(map[string]any)
		if !ok1 {
			return true // the two originals do not even agree on the kind
		}
		if !ok2 {
			return false
		}
		for k, v := range x {
			if w, ok := y[k]; ok {
				if u, ok := z[k]; !ok || !sameJSON(v, w, u) {
					return false
				}
			}
		}
		for k := range z {
			if !set(x, k) && !set(y, k) && len(x) == len(y) {
				return false
			}
		}
		return true
	case []any:
		y, ok1 := y.([]any)
		z, ok2 := z.([]any)
		if !ok1 || len(x) != len(y) {
			return true
		}
		if !ok2 || len(z) != len(x) {
			return false
		}
		for i := range x {
			if !sameJSON(x[i], y[i], z[i]) {
				return false
			}
		}
		return true
	case string:
		if y, ok := y.(string); ok {
			if z, ok := z.(string); ok {
				return sameText(x, y, z)
			}
			return false
		}
		return true
	}
	return !reflect.DeepEqual(x, y) || reflect.DeepEqual(x, z)
}

var token = lazyregexp.New(`[\pL\pN_]+|[^\pL\pN_]`)

// sameText compares word by word where the originals have the same number of words, else line by line: every line
// that both originals have must be there.
func sameText(x, y, z string) bool {
	if x == z {
		return true
	}
	tx, ty, tz := token.FindAllString(x, -1), token.FindAllString(y, -1), token.FindAllString(z, -1)
	if len(tx) == len(ty) {
		if len(tz) != len(tx) {
			return false
		}
		for i := range tx {
			if tx[i] == ty[i] && tx[i] != tz[i] && !buildID(tx[i], tz[i]) {
				return false
			}
		}
		return true
	}
	has := map[string]bool{}
	for _, l := range strings.Split(z, "\n") {
		has[l] = true
	}
	both := map[string]bool{}
	for _, l := range strings.Split(y, "\n") {
		both[l] = true
	}
	for _, l := range strings.Split(x, "\n") {
		if both[l] && !has[l] {
			return false
		}
	}
	return true
}

// moment is a time in seconds since 1970, or in a part of them, within a word: the age of a file that the build made.
var moment = lazyregexp.New(`1[0-9]{9,12}`)

var hashLike = lazyregexp.New(`^[0-9a-fA-F]{8,}$|^[0-9A-Za-z_]{20,}$|^[0-9]{10,}$`)

// buildID reports whether two words are marks of two builds of the same thing: digests, random names, times in
// seconds or milliseconds, of the same length and with a digit in each.
func buildID(a, b string) bool {
	if moment.MatchString(a) && moment.ReplaceAllString(a, "#") == moment.ReplaceAllString(b, "#") {
		return true
	}
	return len(a) == len(b) && hashLike.MatchString(a) && hashLike.MatchString(b) &&
		strings.ContainsAny(a, "0123456789") && strings.ContainsAny(b, "0123456789")
}
