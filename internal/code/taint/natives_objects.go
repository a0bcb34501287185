package taint

import (
	"strconv"

	"github.com/drydock/drydock/internal/code/ast"
	"github.com/drydock/drydock/internal/code/facts"
	"github.com/drydock/drydock/internal/code/value"
)

// method works out a method of an object that is followed.
func (c *invocation) method(sh value.Value) (taintSet, bool) {
	known := c.values() != nil
	switch sh.Form {
	case value.Builder:
		return c.builderMethod(), true
	case value.Sections:
		return c.section()
	case value.Map:
		if known || c.name == "update" {
			if op := mapMethods[c.name]; op != nil {
				if m, ok := op(c); ok {
					return m, true
				}
			}
		}
	case value.List:
		if known || c.spreads() {
			if op := listMethods[c.name]; op != nil {
				if m, ok := op(c); ok {
					return m, true
				}
			}
		}
	}
	switch {
	case readsOnly[c.name]:
		return c.all(), true
	case c.t.Nodes[c.id].Kind == ast.Member, c.t.Lang.Objects.KeyedFields && sh.Form == value.Map:
		return nil, false // a function that an object has for a member
	}
	c.s.add(c.on.Ref, c.given().union(c.taintOf(c.recv).without(c.s.contents(c.on.Ref))))
	return c.all(), true
}

// section works out a method of a configuration, whose values have a section and a key.
func (c *invocation) section() (taintSet, bool) {
	part := ""
	if args := c.values(); len(args) >= 2 && args[0].Key() != "" && args[1].Key() != "" {
		part = args[0].Key() + "\x00" + args[1].Key()
	}
	switch {
	case c.name == "set" && len(c.args) == 3 && part != "":
		c.s.put(c.on.Ref, part, c.arg(2))
		return nil, true
	case c.name == "get" && len(c.args) == 2 && part != "":
		whole := c.on.Ref + "." + c.valueOf(c.args[0].id).Key() // c["section"]["key"] = v
		return c.reads(c.on.Ref, part, c.s).union(c.outside()).union(c.s.taint[whole]).union(c.s.under(whole)), true
	case c.name == "add_section", c.name == "has_section", c.name == "has_option", c.name == "read":
		return nil, true
	}
	m := c.given()
	c.s.taint[c.on.Ref] = c.s.taint[c.on.Ref].union(m)
	return c.all(), true
}

// spreads reports whether the arguments are followed one by one though some of them are spread.
func (c *invocation) spreads() bool {
	for i := range c.args {
		if k := c.args[i].kind; k != facts.SlotPlain && k != facts.SlotSpread {
			return false
		}
	}
	return true
}

// readsOnly are methods that leave what they are called on as it is, and give something of all of it.
var readsOnly = map[string]bool{
	"iterator": true, "stream": true, "forEach": true, "values": true, "items": true, "entrySet": true, "entries": true,
	"toString": true, "hashCode": true, "map": true, "filter": true, "reduce": true, "some": true, "every": true,
	"find": true, "each": true, "select": true, "collect": true, "inspect": true, "to_s": true, "inject": true,
	"each_with_index": true, "flatMap": true, "listIterator": true, "elements": true, "spliterator": true, "to_h": true,
	"parallelStream": true, "flat": true, "each_pair": true, "each_value": true, "reject": true, "findIndex": true,
	"sum": true, "min": true, "max": true, "to_json": true, "as_json": true, "equals": true, "toJSON": true,
	"findLast": true, "detect": true, "any?": true, "all?": true, "count": true, "toList": true, "sample": true,
}

// objectOp is a method of a list or map; it says false where it cannot tell what the method does.
type objectOp func(c *invocation) (taintSet, bool)

// push puts something at the end of a list.
func (c *invocation) push(ref string, e element) {
	if list, ok := c.s.list(ref); ok {
		c.s.setList(ref, append(list, e))
	} else {
		c.s.add(ref, c.s.elementTaint(e))
	}
}

// insert puts something before an element.
func (c *invocation) insert(at int, es ...element) {
	list, ok := c.s.list(c.on.Ref)
	if ok && at < 0 && c.vals.lang.FromEnd {
		at = max(0, at+len(list))
	}
	if ok && (c.vals.lang.Name == "python" || c.vals.lang.Name == "javascript") {
		at = min(at, len(list))
	}
	if !ok || at < 0 || at > len(list) {
		for _, e := range es {
			c.s.add(c.on.Ref, c.s.elementTaint(e))
		}
		return
	}
	out := append([]element(nil), list[:at]...)
	c.s.setList(c.on.Ref, append(append(out, es...), list[at:]...))
}

// takeOut removes the element at a place, counted from the end where it is below zero, and gives it.
func (c *invocation) takeOut(at int) taintSet {
	list, ok := c.s.list(c.on.Ref)
	if at < 0 {
		at += len(list)
	}
	if !ok {
		return c.taintOf(c.recv)
	}
	if at < 0 || at >= len(list) {
		return nil // there is none: it throws, or gives nothing
	}
	e := list[at]
	out := append([]element(nil), list[:at]...)
	c.s.setList(c.on.Ref, append(out, list[at+1:]...))
	return c.element(e)
}

// elementAt gives the element at a place of a list.
func (c *invocation) elementAt(at int) taintSet {
	list, ok := c.s.list(c.on.Ref)
	if at < 0 {
		at += len(list)
	}
	if !ok {
		return c.taintOf(c.recv)
	}
	if at < 0 || at >= len(list) {
		return c.outside()
	}
	return c.element(list[at]).union(c.outside())
}

// outside is the taint that an object has aside from what is in it.
func (c *invocation) outside() taintSet { return c.taintOf(c.recv).without(c.s.contents(c.on.Ref)) }

// self is the object itself, for calls in a row.
func (c *invocation) self() (taintSet, bool) {
	c.gives(c.on)
	return c.outside().union(c.s.contents(c.on.Ref)), true
}

// nothing is what a method gives that gives a number, a truth value, or nothing.
func nothing(*invocation) (taintSet, bool) { return nil, true }

func pushAll(c *invocation) (taintSet, bool) {
	java := c.vals.lang.Name == "java"
	switch {
	case java && c.name == "add" && len(c.args) == 2:
		if n, ok := c.whole(0); ok {
			c.insert(n, c.arg(1))
		} else {
			c.s.add(c.on.Ref, c.given())
		}
		return nil, true
	case java && c.name == "push" && c.frontStack():
		c.insert(0, c.arg(0))
		return nil, true
	}
	for i := range c.args {
		if c.args[i].kind == facts.SlotSpread {
			c.extendBy(c.args[i].id)
		} else {
			c.push(c.on.Ref, c.arg(i))
		}
	}
	if c.vals.lang.Name == "ruby" {
		return c.self()
	}
	return nil, true
}

// extendBy adds the elements of another list.
func (c *invocation) extendBy(id ast.ID) {
	c.extend(c.on.Ref, id, c.s)
}

func pushFront(c *invocation) (taintSet, bool) {
	var es []element
	for i := range c.args {
		if c.args[i].kind != facts.SlotPlain {
			return nil, false
		}
		es = append(es, c.arg(i))
	}
	c.insert(0, es...)
	if c.vals.lang.Name == "ruby" {
		return c.self()
	}
	return nil, true
}

func insertAt(c *invocation) (taintSet, bool) {
	n, ok := c.whole(0)
	if !ok || len(c.args) < 2 {
		c.s.add(c.on.Ref, c.given())
		return nil, true
	}
	if n == -1 && c.vals.lang.Name == "ruby" {
		return nil, false
	}
	var es []element
	for i := 1; i < len(c.args); i++ {
		es = append(es, c.arg(i))
	}
	c.insert(n, es...)
	return nil, true
}

func popEnd(c *invocation) (taintSet, bool) {
	switch {
	case len(c.args) == 1 && c.vals.lang.Name == "python":
		n, ok := c.whole(0)
		if !ok {
			m := c.taintOf(c.recv)
			c.s.spill(c.on.Ref)
			return m, true
		}
		return c.takeOut(n), true
	case len(c.args) > 0:
		return nil, false
	case c.frontStack():
		return c.takeOut(0), true
	}
	return c.takeOut(-1), true
}

func popFront(c *invocation) (taintSet, bool) {
	if len(c.args) > 0 {
		return nil, false
	}
	return c.takeOut(0), true
}

func takeLast(c *invocation) (taintSet, bool) { return c.takeOut(-1), len(c.args) == 0 }

// removeFrom: by its place in Java where that is a number, else by what is equal to it.
func removeFrom(c *invocation) (taintSet, bool) {
	if len(c.args) == 0 {
		return c.takeOut(0), true
	}
	v := c.valueOf(c.args[0].id)
	if c.vals.lang.Name == "java" && c.t.ValueKind(c.args[0].id) == ast.Num || v.Kind == value.Int &&
		c.vals.lang.Name == "java" {
		return deleteAt(c)
	}
	list, ok := c.s.list(c.on.Ref)
	if !ok {
		return nil, true
	}
	for i, e := range list {
		same, known := c.vals.lang.Equal(e.v, v, "equals")
		switch {
		case !known:
			c.s.spill(c.on.Ref)
			return nil, true
		case same:
			c.takeOut(i)
			delete(c.vals.native, c.id)
			return nil, true
		}
	}
	return nil, true
}

func deleteAt(c *invocation) (taintSet, bool) {
	n, ok := c.whole(0)
	if !ok {
		m := c.taintOf(c.recv)
		c.s.spill(c.on.Ref)
		return m, true
	}
	return c.takeOut(n), true
}

func getAt(c *invocation) (taintSet, bool) {
	n, ok := c.whole(0)
	if !ok || n < 0 && !c.vals.lang.FromEnd && c.name != "at" {
		return c.taintOf(c.recv), true
	}
	return c.elementAt(n), true
}

func getFirst(c *invocation) (taintSet, bool) {
	if len(c.args) > 0 {
		return c.taintOf(c.recv), true
	}
	return c.elementAt(0), true
}

func getLast(c *invocation) (taintSet, bool) {
	if len(c.args) > 0 {
		return c.taintOf(c.recv), true
	}
	return c.elementAt(-1), true
}

func peek(c *invocation) (taintSet, bool) {
	n, err := strconv.Atoi(c.on.Ref[1:])
	if err == nil && n < len(c.t.Nodes) && simpleType(c.t, c.t.Child(ast.ID(n), ast.Type)) == "Stack" {
		return c.elementAt(-1), true
	}
	return c.elementAt(0), true
}

func setAt(c *invocation) (taintSet, bool) {
	if len(c.args) != 2 {
		return nil, false
	}
	c.setPartOf(c.on.Ref, c.s.value[c.on.Ref], c.valueOf(c.args[0].id), c.arg(1), c.s)
	return nil, true
}

func clearAll(c *invocation) (taintSet, bool) {
	if c.s.value[c.on.Ref].Form == value.List {
		c.s.setList(c.on.Ref, nil)
		return nil, true
	}
	c.s.forget(c.on.Ref)
	delete(c.s.taint, c.on.Ref)
	c.s.value[c.on.Ref] = value.Value{Kind: value.Shape, Form: value.Map, Len: -1, Whole: true}
	return nil, true
}

func extendList(c *invocation) (taintSet, bool) {
	if len(c.args) != 1 {
		c.s.add(c.on.Ref, c.given())
		return nil, true
	}
	if c.vals.lang.Name == "javascript" { // it makes a new one
		list, ok := c.s.list(c.on.Ref)
		more, known := c.s.list(c.valueOf(c.args[0].id).Ref)
		if ok && known {
			c.newList(c.id, append(append([]element(nil), list...), more...), c.s)
		}
		return c.all(), true
	}
	c.extendBy(c.args[0].id)
	return nil, true
}

func sliceOf(c *invocation) (taintSet, bool) {
	list, ok := c.s.list(c.on.Ref)
	if !ok || len(c.args) > 2 {
		return c.all(), true
	}
	ends := []int{0, len(list)}
	for i := range c.args {
		n, known := c.whole(i)
		if !known {
			return c.all(), true
		}
		if n < 0 {
			n += len(list)
		}
		ends[i] = max(0, min(n, len(list)))
	}
	v := c.newList(c.id, list[ends[0]:max(ends[0], ends[1])], c.s)
	return c.s.contents(v.Ref), true
}

// splice removes some elements, puts others in their place and gives what it removed.
func splice(c *invocation) (taintSet, bool) {
	list, ok := c.s.list(c.on.Ref)
	from, known := c.whole(0)
	n := len(list)
	if len(c.args) > 1 {
		var counted bool
		n, counted = c.whole(1)
		known = known && counted
	}
	if !ok || !known || c.values() == nil {
		m := c.taintOf(c.recv)
		c.s.add(c.on.Ref, c.given())
		return m, true
	}
	if from < 0 {
		from += len(list)
	}
	from = max(0, min(from, len(list)))
	end := min(len(list), from+max(0, n))
	out := append([]element(nil), list[:from]...)
	for i := 2; i < len(c.args); i++ {
		out = append(out, c.arg(i))
	}
	removed := append([]element(nil), list[from:end]...)
	c.s.setList(c.on.Ref, append(out, list[end:]...))
	v := c.newList(c.id, removed, c.s)
	return c.s.contents(v.Ref), true
}

func reverse(c *invocation) (taintSet, bool) {
	list, ok := c.s.list(c.on.Ref)
	if !ok {
		return c.all(), true
	}
	out := make([]element, len(list))
	for i, e := range list {
		out[len(list)-1-i] = e
	}
	if c.vals.lang.Name == "ruby" && c.name == "reverse" || c.name == "toReversed" {
		v := c.newList(c.id, out, c.s)
		return c.s.contents(v.Ref), true
	}
	c.s.setList(c.on.Ref, out)
	return c.self()
}

func sorted(c *invocation) (taintSet, bool) {
	if c.vals.lang.Name == "ruby" && c.name == "sort" {
		return c.all(), true
	}
	if c.vals.lang.Name == "java" || c.vals.lang.Name == "python" || c.vals.lang.Name == "javascript" ||
		c.vals.lang.Name == "ruby" {
		c.s.spill(c.on.Ref)
	}
	return c.self()
}

func lengthOf(c *invocation) (taintSet, bool) {
	if n, ok := c.size(c.recv, c.s); ok && len(c.args) == 0 {
		c.gives(value.Number(int64(n)))
	}
	return nil, true
}

func isEmpty(c *invocation) (taintSet, bool) {
	if n, ok := c.size(c.recv, c.s); ok && len(c.args) == 0 {
		c.gives(value.Truth(n == 0))
	}
	return nil, true
}

func joinList(c *invocation) (taintSet, bool) {
	list, ok := c.s.list(c.on.Ref)
	sep := value.Of(",")
	if c.vals.lang.Name == "ruby" {
		sep = value.Value{Kind: value.Text}
	}
	m := c.all()
	if len(c.args) > 0 {
		sep = c.asText(c.valueOf(c.args[0].id), c.args[0].taints)
	}
	if ok {
		c.gives(c.joinedBy(sep, list))
	}
	return m, true
}

// joinedBy is a list's elements as one text.
func (c *invocation) joinedBy(sep value.Value, list []element) value.Value {
	var parts []value.Value
	for i, e := range list {
		if i > 0 {
			parts = append(parts, sep)
		}
		parts = append(parts, c.asText(e.v, c.s.elementTaint(e)))
	}
	if len(parts) == 0 {
		return value.Value{Kind: value.Text}
	}
	return value.Join(parts...)
}

var listMethods = map[string]objectOp{
	"append": pushAll, "push": pushAll, "add": pushAll, "addLast": pushAll, "offer": pushAll, "addElement": pushAll,
	"offerLast": pushAll, "<<": pushAll,
	"appendleft": pushFront, "unshift": pushFront, "addFirst": pushFront, "offerFirst": pushFront, "prepend": pushFront,
	"insert": insertAt,
	"pop":    popEnd, "shift": popFront, "popleft": popFront, "poll": popFront, "pollFirst": popFront,
	"removeFirst": popFront, "pollLast": takeLast, "removeLast": takeLast,
	"remove": removeFrom, "delete": removeFrom, "removeElement": removeFrom, "delete_at": deleteAt,
	"get": getAt, "elementAt": getAt, "at": getAt, "fetch": getAt,
	"getFirst": getFirst, "first": getFirst, "firstElement": getFirst, "element": getFirst, "peekFirst": getFirst,
	"getLast": getLast, "last": getLast, "lastElement": getLast, "peekLast": getLast, "peek": peek,
	"set":   setAt,
	"clear": clearAll, "removeAllElements": clearAll,
	"extend": extendList, "addAll": extendList, "concat": extendList,
	"slice": sliceOf, "subList": sliceOf, "copy": sliceOf, "clone": sliceOf, "dup": sliceOf, "toArray": copyAll,
	"to_a": sliceOf, "freeze": self, "splice": splice,
	"reverse": reverse, "reverse!": reverse, "toReversed": reverse, "sort": sorted, "sort!": sorted,
	"size": lengthOf, "length": lengthOf, "count": lengthOf, "isEmpty": isEmpty, "empty?": isEmpty, "empty": isEmpty,
	"contains": nothing, "includes": nothing, "include?": nothing, "indexOf": nothing, "lastIndexOf": nothing,
	"index": nothing, "join": joinList,
}

func self(c *invocation) (taintSet, bool) { return c.self() }

func copyAll(c *invocation) (taintSet, bool) {
	if list, ok := c.s.list(c.on.Ref); ok {
		c.newList(c.id, list, c.s)
	}
	return c.taintOf(c.recv), true
}

func putKey(c *invocation) (taintSet, bool) {
	if len(c.args) != 2 {
		return nil, false
	}
	key := c.valueOf(c.args[0].id)
	before := taintSet(nil)
	if part := c.partFor(key, c.s.value[c.on.Ref]); part != "" {
		before = c.reads(c.on.Ref, part, c.s)
	}
	c.setPartOf(c.on.Ref, c.s.value[c.on.Ref], key, c.arg(1), c.s)
	if c.vals.lang.Name == "javascript" {
		return c.self()
	}
	return before, true
}

func putIfAbsent(c *invocation) (taintSet, bool) {
	if len(c.args) == 1 && c.vals.lang.Name == "python" {
		return c.taintOf(c.recv), true
	}
	if len(c.args) != 2 {
		return nil, false
	}
	ref := c.on.Ref
	part := c.valueOf(c.args[0].id).Key()
	sh := c.s.value[ref]
	e := c.arg(1)
	switch {
	case part != "" && c.has(part):
	case part != "" && sh.Whole && len(c.s.taint[ref]) == 0:
		c.s.put(ref, part, e)
	default:
		c.s.add(ref, c.s.elementTaint(e))
		return c.all(), true
	}
	return c.element(c.s.at(ref, part)), true
}

// has reports whether a map is known to have a key.
func (c *invocation) has(part string) bool {
	_, ok := c.s.taint[c.on.Ref+"."+part]
	return ok
}

func getKey(c *invocation) (taintSet, bool) {
	if len(c.args) == 0 || len(c.args) > 2 {
		return nil, false
	}
	ref := c.on.Ref
	part := c.valueOf(c.args[0].id).Key()
	fallback := element{v: value.Nothing()}
	if len(c.args) == 2 {
		fallback = c.arg(1)
	}
	sh := c.s.value[ref]
	switch {
	case part == "":
		return c.taintOf(c.recv).union(c.s.elementTaint(fallback)), true
	case c.has(part):
		return c.element(c.s.at(ref, part)).union(c.outside()), true
	case sh.Whole && len(c.s.taint[ref]) == 0 && len(c.outside()) == 0:
		return c.element(fallback), true
	}
	return c.reads(ref, part, c.s).union(c.s.elementTaint(fallback)).union(c.outside()), true
}

func removeKey(c *invocation) (taintSet, bool) {
	m, ok := getKey(c)
	if !ok {
		return m, false
	}
	if part := c.valueOf(c.args[0].id).Key(); part != "" {
		key := c.on.Ref + "." + part
		c.s.forget(key)
		delete(c.s.taint, key)
	} else {
		sh := c.s.value[c.on.Ref]
		sh.Whole = false
		c.s.value[c.on.Ref] = sh
	}
	if c.vals.lang.Name == "javascript" {
		delete(c.vals.native, c.id)
		return nil, true
	}
	return m, true
}

// putAll adds what another map has.
func (c *invocation) putAll(ref, from string) {
	if len(c.s.taint[from]) > 0 {
		c.s.add(ref, c.s.taint[from])
	}
	for _, part := range c.s.partsOf(from) {
		c.s.put(ref, part, c.s.at(from, part))
	}
}

func updateMap(c *invocation) (taintSet, bool) {
	for i := range c.args {
		a := &c.args[i]
		if a.kind == facts.SlotNamed {
			c.s.put(c.on.Ref, partName(a.name), c.arg(i))
			continue
		}
		v := c.valueOf(a.id)
		if sh, ok := c.s.shape(v); ok && sh.Form == value.Map && len(c.own(a.id, a.taints, c.s)) == 0 {
			c.putAll(c.on.Ref, v.Ref)
			continue
		}
		c.s.add(c.on.Ref, a.taints)
	}
	return nil, true
}

func copyMap(c *invocation) (taintSet, bool) {
	if len(c.args) > 0 {
		return nil, false
	}
	c.gives(object(c.copyOf(c.id, c.on.Ref, c.s)))
	return c.taintOf(c.recv), true
}

func keysOfMap(c *invocation) (taintSet, bool) { return c.s.taint[c.on.Ref].union(c.outside()), true }

func hasKey(c *invocation) (taintSet, bool) {
	if part := c.valueOf(c.args0()).Key(); part != "" {
		sh := c.s.value[c.on.Ref]
		if c.has(part) {
			c.gives(value.Truth(true))
		} else if sh.Whole && len(c.s.taint[c.on.Ref]) == 0 {
			c.gives(value.Truth(false))
		}
	}
	return nil, true
}

// args0 is the first argument, Nil for none.
func (c *invocation) args0() ast.ID {
	if len(c.args) == 0 {
		return ast.Nil
	}
	return c.args[0].id
}

var mapMethods = map[string]objectOp{
	"put": putKey, "set": putKey, "store": putKey, "setProperty": putKey,
	"putIfAbsent": putIfAbsent, "setdefault": putIfAbsent,
	"get": getKey, "getOrDefault": getKey, "getProperty": getKey, "fetch": getKey,
	"remove": removeKey, "delete": removeKey, "pop": removeKey,
	"clear": clearAll, "update": updateMap, "putAll": updateMap, "merge!": updateMap,
	"copy": copyMap, "clone": copyMap, "dup": copyMap, "freeze": self,
	"keys": keysOfMap, "keySet": keysOfMap, "each_key": keysOfMap,
	"containsKey": hasKey, "has": hasKey, "key?": hasKey, "has_key?": hasKey, "include?": hasKey, "hasOwnProperty": hasKey,
	"containsValue": nothing, "size": lengthOf, "length": lengthOf, "isEmpty": isEmpty, "empty?": isEmpty,
}
