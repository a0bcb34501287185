package taint

import (
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/value"
)

func itoa(n int) string { return strconv.Itoa(n) }

// functionOp is a function of a language or its library; it says false where it cannot tell what the function does.
type functionOp func(c *invocation) (taintSet, bool)

// function works out a function by its name, dotted where it is one of a module or class.
func (c *invocation) function(name string) (taintSet, bool) {
	if name == "" {
		return nil, false
	}
	op := functions[c.vals.lang.Name][name]
	if op == nil {
		return nil, false
	}
	return op(c)
}

// onText makes a function of one of a text that it is given as argument at, the others being that one's arguments.
func onText(at int, op textOp) functionOp {
	return func(c *invocation) (taintSet, bool) {
		args := c.values()
		if at >= len(args) {
			return nil, false
		}
		on := args[at]
		if !on.IsText() {
			on = value.OpenText(c.vals.madeOf(c.args[at].taints))
			if c.args[at].taints == nil {
				on = value.OpenText(0)
			}
		}
		rest := append(append([]value.Value(nil), args[:at]...), args[at+1:]...)
		for i := range rest {
			n := i
			if i >= at {
				n++
			}
			if rest[i].Kind == value.Unknown {
				rest[i] = value.OpenText(c.vals.madeOf(c.args[n].taints))
			}
		}
		v, ok := op(c, on, rest)
		if !ok {
			v = value.Value{}
		}
		c.gives(v)
		return c.all(), true
	}
}

// clean gives a number or a truth value.
func clean(c *invocation) (taintSet, bool) {
	if c.Prog.Rule.Options.TaintNumbers {
		return nil, false
	}
	return nil, true
}

// length: of a text or of a list.
func length(c *invocation) (taintSet, bool) {
	if len(c.args) == 1 {
		if n, ok := c.size(c.args[0].id, c.s); ok {
			c.gives(value.Number(int64(n)))
		}
	}
	return clean(c)
}

// asString: what is a text stays as it is.
func asString(c *invocation) (taintSet, bool) {
	if !c.plain(1) {
		return nil, false
	}
	v := c.valueOf(c.args[0].id)
	if sh, ok := c.s.shape(v); ok && sh.Form == value.Builder {
		v = c.s.value[v.Ref+"."+builderText]
	}
	c.gives(value.Join(c.asText(v, c.args[0].taints)))
	return c.all(), true
}

// listFrom makes a list of what it is given.
func listFrom(c *invocation) (taintSet, bool) {
	if c.values() == nil && len(c.args) > 0 {
		return nil, false
	}
	var list []element
	for i := range c.args {
		list = append(list, c.arg(i))
	}
	c.newList(c.id, list, c.s)
	return c.all(), true
}

// copyOfList makes a list of the elements of another.
func copyOfList(c *invocation) (taintSet, bool) {
	if len(c.args) == 0 {
		return listFrom(c)
	}
	v := c.valueOf(c.args[0].id)
	list, ok := c.s.list(v.Ref)
	if !c.plain(1) || v.Kind != value.Object || !ok {
		return nil, false
	}
	c.newList(c.id, list, c.s)
	return c.all(), true
}

func reversedList(c *invocation) (taintSet, bool) {
	if !c.plain(1) {
		return nil, false
	}
	list, ok := c.s.list(c.valueOf(c.args[0].id).Ref)
	if !ok {
		return nil, false
	}
	var out []element
	for i := len(list) - 1; i >= 0; i-- {
		out = append(out, list[i])
	}
	c.newList(c.id, out, c.s)
	return c.all(), true
}

// mapFrom makes a map of another and of named arguments.
func mapFrom(c *invocation) (taintSet, bool) {
	ref := c.allocate(c.id, value.Value{Form: value.Map, Len: -1, Whole: true}, c.s)
	c.on = object(ref)
	for i := range c.args {
		if k := c.args[i].kind; k != facts.SlotNamed && k != facts.SlotPlain {
			c.s.add(ref, c.args[i].taints)
		}
	}
	if _, ok := updateMap(c); ok {
		c.gives(object(ref))
	}
	return c.all(), true
}

// mapOfPairs is Map.of(k, v, ...) of Java.
func mapOfPairs(c *invocation) (taintSet, bool) {
	args := c.values()
	if len(args)%2 != 0 || args == nil && len(c.args) > 0 {
		return nil, false
	}
	ref := c.allocate(c.id, value.Value{Form: value.Map, Len: -1, Whole: true}, c.s)
	for i := 0; i < len(args); i += 2 {
		c.setPartOf(ref, c.s.value[ref], args[i], c.arg(i+1), c.s)
	}
	c.gives(object(ref))
	return c.all(), true
}

// newSections makes a configuration of Python.
func newSections(c *invocation) (taintSet, bool) {
	c.gives(object(c.allocate(c.id, value.Value{Form: value.Sections, Len: -1}, c.s)))
	return nil, true
}

// rangeOf is range(n) of Python.
func rangeOf(c *invocation) (taintSet, bool) {
	ends := []int{0, 0}
	for i := range c.args {
		n, ok := c.whole(i)
		if !ok || len(c.args) > 2 || !c.plain(len(c.args)) {
			return clean(c)
		}
		if ends[1] = n; i == 0 && len(c.args) == 2 {
			ends[0] = n
		}
	}
	if n := ends[1] - ends[0]; n >= 0 && n <= maxElements {
		list := make([]element, n)
		for i := range list {
			list[i].v = value.Number(int64(ends[0] + i))
		}
		c.newList(c.id, list, c.s)
	}
	return clean(c)
}

// copyOfObject gives a copy of an object.
func copyOfObject(c *invocation) (taintSet, bool) {
	if len(c.args) != 1 {
		return nil, false
	}
	if v := c.valueOf(c.args[0].id); v.Kind == value.Object {
		c.gives(object(c.copyOf(c.id, v.Ref, c.s)))
	}
	return c.all(), true
}

// appendGo is append() of Go.
func appendGo(c *invocation) (taintSet, bool) {
	if len(c.args) == 0 {
		return nil, false
	}
	v := c.valueOf(c.args[0].id)
	list, ok := c.s.list(v.Ref)
	if !ok && v.Kind == value.Null {
		ok = true
	}
	out := append([]element(nil), list...)
	for i := 1; ok && i < len(c.args); i++ {
		if c.args[i].kind == facts.SlotPlain {
			out = append(out, c.arg(i))
			continue
		}
		more, known := c.s.list(c.valueOf(c.args[i].id).Ref)
		ok = known
		out = append(out, more...)
	}
	if ok && (v.Kind == value.Object || v.Kind == value.Null) {
		c.newList(c.id, out, c.s)
	}
	return c.all(), true
}

// formatText fills a format of Go, Java, PHP or Ruby.
func formatText(c *invocation) (taintSet, bool) {
	args := c.values()
	if len(args) == 0 {
		return nil, false
	}
	rest := make([]value.Value, 0, len(args))
	for i := 1; i < len(args); i++ {
		rest = append(rest, c.asText(args[i], c.args[i].taints))
	}
	c.gives(c.formatted(args[0], rest))
	return c.all(), true
}

// deleteKey is delete(m, k) of Go.
func deleteKey(c *invocation) (taintSet, bool) {
	if !c.plain(2) {
		return nil, false
	}
	c.on = c.valueOf(c.args[0].id)
	c.recv = c.args[0].id
	if sh, ok := c.s.shape(c.on); !ok || sh.Form != value.Map {
		return nil, false
	}
	c.args = c.args[1:]
	removeKey(c)
	delete(c.vals.native, c.id)
	return nil, true
}

// onArray makes a function of PHP of a method of the list that it is given first.
func onArray(name string, op objectOp) functionOp {
	return func(c *invocation) (taintSet, bool) {
		if len(c.args) == 0 || c.values() == nil {
			return nil, false
		}
		c.on, c.recv, c.name = c.valueOf(c.args[0].id), c.args[0].id, name
		sh, ok := c.s.shape(c.on)
		c.args = c.args[1:]
		if !ok {
			if adding[name] {
				return c.untracked()
			}
			return nil, false
		}
		if sh.Form != value.List {
			m := c.all()
			c.s.add(c.on.Ref, c.given())
			return m, true
		}
		return op(c)
	}
}

// explode is explode(sep, s) of PHP.
func explode(c *invocation) (taintSet, bool) { return onText(1, splitting)(c) }

// implode joins a list by a text: the list is argument at.
func implode(list int) functionOp {
	return func(c *invocation) (taintSet, bool) {
		if !c.plain(2) {
			return nil, false
		}
		elements, ok := c.s.list(c.valueOf(c.args[list].id).Ref)
		sep := c.args[1-list]
		if ok && c.valueOf(c.args[list].id).Kind == value.Object {
			c.gives(c.joinedBy(c.asText(c.valueOf(sep.id), sep.taints), elements))
		}
		return c.all(), true
	}
}

// joinAll is String.join(sep, ...) of Java.
func joinAll(c *invocation) (taintSet, bool) {
	if c.plain(2) && c.valueOf(c.args[1].id).Kind == value.Object {
		return implode(1)(c)
	}
	args := c.values()
	if len(args) < 2 {
		return nil, false
	}
	var list []element
	for i := 1; i < len(args); i++ {
		list = append(list, c.arg(i))
	}
	c.gives(c.joinedBy(c.asText(args[0], c.args[0].taints), list))
	return c.all(), true
}

// strReplace is str_replace(old, new, s) of PHP.
func strReplace(c *invocation) (taintSet, bool) { return onText(2, replacing(-1, false))(c) }

// mergeArrays is array_merge() of PHP.
func mergeArrays(c *invocation) (taintSet, bool) {
	var list []element
	for i := range c.args {
		more, ok := c.s.list(c.valueOf(c.args[i].id).Ref)
		if !ok || c.args[i].kind != facts.SlotPlain {
			return c.all(), true
		}
		list = append(list, more...)
	}
	c.newList(c.id, list, c.s)
	return c.all(), true
}

// unset is unset($a[k]) of PHP.
func unset(c *invocation) (taintSet, bool) {
	for i := range c.args {
		id := c.args[i].id
		if c.t.Kind(id) == ast.Name {
			c.s.set(c.place(id, c.s), nil)
			continue
		}
		if c.t.Kind(id) != ast.Index {
			continue
		}
		c.removeElement(c.t.Child(id, ast.Obj), c.valueOf(c.t.Child(id, ast.Elem)), c.s)
	}
	return nil, true
}

// removeElement takes an element out of a map; what stands behind it in a list of PHP keeps its number.
func (fl *flow) removeElement(obj ast.ID, key value.Value, s state) {
	ref := fl.holder(obj, s)
	sh, ok := s.value[ref]
	if !ok || sh.Kind != value.Shape {
		return
	}
	if sh.Form == value.List && sh.Copied && sh.Len >= 0 {
		sh.Form, sh.Len = value.Map, -1
		s.value[ref] = sh
	}
	part := fl.partFor(key, sh)
	if part == "" {
		if sh.Form == value.List {
			s.spill(ref)
		}
		return
	}
	if sh.Form == value.List {
		list, ok := s.list(ref)
		if n, err := strconv.Atoi(part); ok && err == nil && n < len(list) {
			out := append([]element(nil), list[:n]...)
			s.setList(ref, append(out, list[n+1:]...))
			return
		}
		s.spill(ref)
		return
	}
	key2 := ref + "." + part
	s.forget(key2)
	delete(s.taint, key2)
}

// functions by language.
var functions = map[string]map[string]functionOp{
	"python": {
		"len": length, "configparser.ConfigParser": newSections, "ConfigParser": newSections,
		"configparser.RawConfigParser": newSections,
		"str":                          asString, "range": rangeOf, "list": copyOfList, "tuple": copyOfList, "dict": mapFrom,
		"OrderedDict": mapFrom, "reversed": reversedList, "copy.copy": copyOfObject, "copy.deepcopy": copyOfObject,
		"int": clean, "float": clean, "bool": clean, "abs": clean, "ord": clean, "hash": clean, "isinstance": clean,
		"issubclass": clean, "id": clean, "callable": clean, "hasattr": clean, "any": clean, "all": clean,
		"round": clean, "uuid.UUID": clean, "UUID": clean,
	},
	"javascript": {
		"String": asString, "Number": clean, "parseInt": clean, "parseFloat": clean, "Boolean": clean, "isNaN": clean,
		"Number.parseInt": clean, "Number.parseFloat": clean, "Number.isInteger": clean, "Array.isArray": clean,
		"Array.of": listFrom, "Array.from": copyOfList, "structuredClone": copyOfObject, "BigInt": clean,
		"isFinite": clean,
	},
	"java": {
		"String.valueOf": asString, "Objects.toString": asString, "Integer.parseInt": clean, "Integer.valueOf": clean,
		"Long.parseLong": clean, "Long.valueOf": clean, "Double.parseDouble": clean, "Boolean.parseBoolean": clean,
		"Float.parseFloat": clean, "Short.parseShort": clean, "UUID.fromString": clean, "Arrays.asList": listFrom,
		"List.of": listFrom, "Map.of": mapOfPairs, "String.format": formatText, "String.join": joinAll,
		"java.util.Arrays.asList": listFrom, "Objects.equals": clean, "Integer.toString": clean,
		"java.lang.Integer.parseInt": clean, "Boolean.valueOf": clean, "Double.valueOf": clean,
	},
	"go": {
		"len": length, "append": appendGo, "string": asString, "delete": deleteKey, "fmt.Sprintf": formatText,
		"strings.ToUpper": onText(0, mapped(strings.ToUpper)), "strings.ToLower": onText(0, mapped(strings.ToLower)),
		"strings.TrimSpace": onText(0, trimmed(true, true)), "strings.ReplaceAll": onText(0, replacing(-1, false)),
		"strings.Replace": onText(0, replacing(-1, false)), "strings.Split": onText(0, splitting),
		"strings.HasPrefix": onText(
			0,
			says(value.Value.Begins),
		), "strings.HasSuffix": onText(0, says(value.Value.Ends)),
		"strings.Contains": onText(0, says(value.Value.Has)), "strings.Index": onText(0, found),
		"strings.Join": implode(0), "strconv.Atoi": clean, "strconv.ParseInt": clean, "strconv.ParseFloat": clean,
		"strconv.ParseBool": clean, "strconv.Itoa": clean, "strings.EqualFold": clean, "uuid.Parse": clean,
		"strconv.ParseUint": clean,
	},
	"php": {
		"strlen": length, "count": length, "sizeof": length, "strval": asString, "sprintf": formatText,
		"strtoupper": onText(0, mapped(strings.ToUpper)), "strtolower": onText(0, mapped(strings.ToLower)),
		"trim": onText(0, trimmed(true, true)), "ltrim": onText(0, trimmed(true, false)),
		"rtrim": onText(0, trimmed(false, true)), "substr": onText(0, substr), "explode": explode,
		"implode": implode(1), "join": implode(1), "str_replace": strReplace,
		"str_starts_with": onText(0, says(value.Value.Begins)), "str_ends_with": onText(0, says(value.Value.Ends)),
		"str_contains": onText(0, says(value.Value.Has)), "array_push": onArray("push", pushAll),
		"array_pop": onArray("pop", takeLast), "array_shift": onArray("shift", popFront),
		"array_unshift": onArray("unshift", pushFront), "array_splice": onArray("splice", splice),
		"array_merge": mergeArrays, "array_values": copyOfList, "array_reverse": reversedList, "unset": unset,
		"intval": clean, "floatval": clean, "boolval": clean, "is_numeric": clean, "in_array": clean, "isset": clean,
		"array_key_exists": clean, "empty": clean, "ctype_digit": clean, "strcmp": clean, "is_string": clean,
		"is_int": clean, "ctype_alnum": clean, "ctype_alpha": clean, "is_null": clean,
		"is_array": clean, "strpos": clean, "stripos": clean, "strncmp": clean, "strcasecmp": clean,
	},
	"ruby": {
		"Integer": clean, "Float": clean, "format": formatText, "sprintf": formatText, "String": asString,
	},
}
