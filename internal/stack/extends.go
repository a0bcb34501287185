package stack

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
)

// extendAll gives every service of a file what it extends.
func (r *reader) extendAll(doc *node, file string, sc scope) error {
	services := doc.get("services")
	for _, e := range keysOf(services) {
		merged, err := r.extend(services, e.name, file, sc, nil)
		if err != nil {
			return err
		}
		services.entry(e.name).val = merged
	}
	return nil
}

// extend returns services[name] laid over what it extends. seen holds the services on the way, to find circles.
func (r *reader) extend(services *node, name, file string, sc scope, seen []string) (*node, error) {
	svc := services.get(name)
	ext := svc.get("extends")
	if ext == nil || ext.kind == nullKind || ext.reset {
		return svc, nil
	}
	here := file + "\x00" + name
	if slices.Contains(seen, here) {
		return nil, clierr.Input(ext.loc.Path, "service %q extends itself, in a circle", name).At(ext.loc.Line, ext.loc.Column).
			WithHint("Remove one of the `extends` on the way: %s.", circleOf(append(seen, here)))
	}
	if len(seen) > maxChain {
		return nil, clierr.Input(ext.loc.Path, "extends nest more than %d deep", maxChain).At(ext.loc.Line, ext.loc.Column).
			WithHint("Extend the last of them directly.")
	}
	base, err := r.extendsBase(services, ext, name, file, sc, append(seen, here))
	if err != nil || base == nil {
		return svc, err
	}
	if r.left -= base.size(); r.left < 0 {
		return nil, clierr.Input(ext.loc.Path, "more than %d values once all that is extended is counted", maxNodes).At(ext.loc.Line, ext.loc.Column).
			WithHint("Scan the projects one by one.")
	}
	base.share()
	over := svc.clone(false)
	over.remove("extends")
	base = base.clone(true)
	base.settle() // its marks are about what it is laid over itself
	rules := serviceRules
	if sc.other || ext.get("file") != nil {
		rules = acrossFiles
	}
	merged, err := mergeNodes("", rules, base, over)
	if err != nil {
		return nil, err
	}
	if merged.kind == mapKind {
		merged.set(entry{name: extendedMark, val: &node{kind: scalarKind, text: "true"}})
		merged.loc = svc.loc
	}
	services.entry(name).val = merged
	return merged, nil
}

// extendedMark is a key that no file can hold under a service without being refused; it says that extends was applied.
const extendedMark = "\x00extended"

// unreadMark is a key likewise; it says why the service may have more than stands here.
const unreadMark = "\x00unread"

// unextended notes that what a service extends is not known: it is remote, or variables without a value hide it.
func (r *reader) unextended(services, ext *node, name, file string, unset []string) {
	what := "the service that it extends"
	if file != "" {
		what = "what it extends, " + file + ","
	}
	why := "is remote, and no connection is opened for it; fetch it and extend the copy"
	if len(unset) > 0 {
		why = fmt.Sprintf("depends on %s, which has no value: %s", variables(unset), giveValue(unset))
	}
	r.host.unread(ext.loc, ext.loc.Path, "service %q: %s %s", name, what, why)
	if svc := services.get(name); svc != nil && svc.kind == mapKind {
		svc.set(entry{name: unreadMark, val: &node{kind: scalarKind, text: what + " " + why}})
	}
}

func (r *reader) extendsBase(services, ext *node, name, file string, sc scope, seen []string) (*node, error) {
	ref, refFile := ext.text, ""
	if ext.kind == mapKind {
		ref, refFile = ext.get("service").value(), ext.get("file").value()
	}
	fail := func(format string, args ...any) *clierr.Error {
		return clierr.Input(ext.loc.Path, format, args...).At(ext.loc.Line, ext.loc.Column)
	}
	if ref == "" {
		if anyUnset(ext) || anyUnset(ext.get("service")) {
			r.unextended(services, ext, name, "", append(unsetIn(ext), unsetIn(ext.get("service"))...))
			return nil, nil
		}
		return nil, fail("service %q extends nothing: no service is named", name).WithHint("Write `extends: {service: NAME}`.")
	}
	if refFile == "" {
		if services.entry(ref) == nil {
			return nil, fail("service %q extends %q, which is not in this file", name, ref).WithHint("Name the file as well: `file: other.yaml`.")
		}
		return r.extend(services, ref, file, sc, seen)
	}
	if remote(refFile) {
		r.unextended(services, ext, name, redactURL(refFile), nil)
		return nil, nil
	}
	path := resolve(ext.unit.base, refFile)
	inner := scope{dir: filepath.Dir(path), home: sc.home, env: sc.env, chain: sc.chain, other: true, bases: sc.bases}
	others, err := r.extendable(path, inner)
	if err != nil {
		var e *clierr.Error
		if errors.As(err, &e) && e.Line == 0 {
			if anyUnset(ext.get("file")) {
				r.unextended(services, ext, name, ext.get("file").raw, unsetIn(ext.get("file")))
				return nil, nil
			}
			return nil, fail("service %q extends a file that cannot be read: %s", name, e.Error()).WithHint("Paths start at the folder of the project.")
		}
		return nil, err
	}
	if others.entry(ref) == nil {
		return nil, fail("service %q extends %q, which is not in %s", name, ref, r.host.rel(path)).WithHint("Check the name of the service.")
	}
	return r.extend(others, ref, path, inner, seen)
}

// extendable reads the services of a file that is extended.
func (r *reader) extendable(path string, sc scope) (*node, error) {
	if services, ok := sc.bases[path]; ok {
		return services, nil
	}
	docs, err := r.documents(path, sc)
	if err != nil {
		return nil, err
	}
	var model *node
	for _, d := range docs {
		if err := r.check(d); err != nil {
			return nil, err
		}
		if model, err = mergeFiles(model, d); err != nil {
			return nil, err
		}
	}
	sc.bases[path] = model.get("services")
	return sc.bases[path], nil
}

func circleOf(seen []string) string {
	var names []string
	for _, s := range seen {
		_, name, _ := strings.Cut(s, "\x00")
		names = append(names, name)
	}
	return strings.Join(names, " -> ")
}
