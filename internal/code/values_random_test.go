package code

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/code/rule"
)

// Random programs over texts, lists, maps and fields, with branches, switches and loops, are written in each language
// and run here, by what their statements mean. What a source gives is either marked or a text that the program compares
// with, and some conditions are left open: a program is run with each outcome of these. A sink that a marked text comes
// to in any run has to be found, and one that none comes to must not be.

// step is a statement. a, b name texts, k is a place or a number, text a constant.
type step struct {
	op         string
	a, b       int
	k, n       int
	text       string
	then, els  []step
	sink, call int
}

// world is what a program has while it is run.
type world struct {
	s       [3]string
	n       int
	list    *[]string
	other   *[]string
	dict    map[string]string
	x, y    string
	choices uint
	used    int
	hits    map[int]bool
	left    int // steps
}

const mark = "9137"

// maxChoices bounds the outcomes that a program is run with.
const maxChoices = 5

func (w *world) choose() (bool, bool) {
	if w.used >= maxChoices {
		return false, false
	}
	w.used++
	return w.choices>>(w.used-1)&1 == 1, true
}

// run runs statements; false where one cannot be run.
func (w *world) run(steps []step) bool {
	for i := range steps {
		if w.left--; w.left < 0 || !w.one(&steps[i]) {
			return false
		}
	}
	return true
}

func (w *world) one(p *step) bool {
	l := *w.list
	switch p.op {
	case "const":
		w.s[p.a] = p.text
	case "src":
		marked, ok := w.choose()
		w.s[p.a] = "kk"
		if marked {
			w.s[p.a] = mark
		}
		return ok
	case "copy":
		w.s[p.a] = w.s[p.b]
	case "after":
		w.s[p.a] = p.text + w.s[p.b]
	case "before":
		w.s[p.a] = w.s[p.b] + p.text
	case "plus":
		w.s[p.a] += w.s[p.b]
	case "head": // of a constant and something
		w.s[p.a] = p.text[:2]
	case "rest":
		w.s[p.a] = w.s[p.b]
	case "splitFirst":
		w.s[p.a] = p.text
	case "upper":
		w.s[p.a] = strings.ToUpper(w.s[p.b])
	case "helper":
		w.s[p.a] = w.s[p.b]
	case "constHelper":
		w.s[p.a] = "fixed"
	case "number":
		w.n = p.k
	case "add":
		w.n += p.k
	case "push":
		*w.list = append(l, w.s[p.a])
	case "front":
		*w.list = append([]string{w.s[p.a]}, l...)
	case "pop", "shift":
		if len(l) == 0 {
			return false
		}
		if p.op == "pop" {
			*w.list = l[: len(l)-1 : len(l)-1]
		} else {
			*w.list = append([]string(nil), l[1:]...)
		}
	case "takePop":
		if len(l) == 0 {
			return false
		}
		w.s[p.a] = l[len(l)-1]
		*w.list = l[: len(l)-1 : len(l)-1]
	case "set", "at", "removeAt":
		if p.k >= len(l) {
			return false
		}
		switch p.op {
		case "set":
			l[p.k] = w.s[p.a]
		case "at":
			w.s[p.a] = l[p.k]
		default:
			*w.list = append(append([]string(nil), l[:p.k]...), l[p.k+1:]...)
		}
	case "clear":
		*w.list = nil
	case "newList":
		w.list = &[]string{w.s[p.a], p.text}
	case "alias":
		w.other = w.list
	case "otherPush":
		*w.other = append(*w.other, w.s[p.a])
	case "otherAt":
		if p.k >= len(*w.other) {
			return false
		}
		w.s[p.a] = (*w.other)[p.k]
	case "put":
		w.dict[p.text] = w.s[p.a]
	case "get":
		v, ok := w.dict[p.text]
		if !ok {
			return false
		}
		w.s[p.a] = v
	case "delete":
		if _, ok := w.dict[p.text]; !ok {
			return false
		}
		delete(w.dict, p.text)
	case "newDict":
		w.dict = map[string]string{"k0": w.s[p.a], "k1": p.text}
	case "each":
		for _, v := range l {
			if strings.Contains(v, mark) {
				w.hits[p.sink] = true
			}
		}
	case "setX":
		w.x = w.s[p.a]
	case "setY":
		w.y = w.s[p.a]
	case "getX":
		w.s[p.a] = w.x
	case "sink":
		if strings.Contains(w.s[p.a], mark) {
			w.hits[p.sink] = true
		}
	case "if":
		if w.n*3+p.k > p.n {
			return w.run(p.then)
		}
		return w.run(p.els)
	case "open":
		yes, ok := w.choose()
		if yes {
			return ok && w.run(p.then)
		}
		return ok && w.run(p.els)
	case "equal":
		if w.s[p.a] == p.text {
			return w.run(p.then)
		}
		return w.run(p.els)
	case "ternary":
		if w.n > p.k {
			w.s[p.a] = w.s[p.b]
		} else {
			w.s[p.a] = p.text
		}
	case "switch":
		switch "ABC"[p.k] {
		case 'A':
			return w.run(p.then)
		case 'B':
			return w.run(p.els)
		}
	case "loop":
		for range p.k {
			if !w.run(p.then) {
				return false
			}
		}
	}
	return true
}

// runAll runs a program with all outcomes; false where it cannot be run with one of them.
func runAll(prog []step) (map[int]bool, bool) {
	hits := map[int]bool{}
	for c := range uint(1 << maxChoices) {
		list := []string{}
		w := &world{s: [3]string{"aa", "bb", "cc"}, n: 3, list: &list, other: &list, dict: map[string]string{},
			x: "xx", y: "yy", choices: c, hits: hits, left: 400}
		if !w.run(prog) {
			return nil, false
		}
	}
	return hits, true
}

// dialect writes programs in a language. Its table has a text an operation, with A and B for the texts, K and N for
// numbers, T for the constant.
type dialect struct {
	name, ext   string
	head, foot  string // of the file
	open, close string // of a case: I is its number
	table       map[string]string
	block, end  string // around blocks, by their head
	elseHead    string
	variable    string // what names begin with
	cases       [3]string
	without     string // operations that it has not
}

var simple = map[string]string{
	"const": `A = "T"`, "src": `A = src(K)`, "copy": `A = B`, "after": `A = "T" + B`, "before": `A = B + "T"`,
	"plus": `A += B`, "helper": `A = pass_on(B)`, "constHelper": `A = fixed(B)`, "number": `n = K`, "add": `n += K`,
	"sink": `sink(A)`, "if": `n * 3 + K > N`, "open": `open_(K)`, "equal": `A == "T"`,
}

var dialects = []dialect{
	{
		name: "python", ext: "py", block: ":", elseHead: "else",
		head: "def pass_on(x):\n    return x\n\ndef fixed(x):\n    return \"fixed\"\n\nclass Box:\n    pass\n",
		open: "def case_I():\n    s0, s1, s2 = \"aa\", \"bb\", \"cc\"\n    n = 3\n    l = []\n    o2 = l\n    d = {}\n" +
			"    o = Box()\n    o.x = \"xx\"\n    o.y = \"yy\"\n",
		table: map[string]string{
			"head": `A = ("T" + B)[0:2]`, "rest": `A = ("TTT" + B)[W:]`, "splitFirst": `A = ("T," + B).split(",")[0]`,
			"upper": `A = B.upper()`, "push": `l.append(A)`, "front": `l.insert(0, A)`, "pop": `l.pop()`,
			"shift": `l.pop(0)`, "takePop": `A = l.pop()`, "set": `l[K] = A`, "at": `A = l[K]`, "removeAt": `del l[K]`,
			"clear": `l.clear()`, "newList": `l = [A, "T"]`, "alias": `o2 = l`, "otherPush": `o2.append(A)`,
			"otherAt": `A = o2[K]`, "put": `d["T"] = A`, "get": `A = d["T"]`, "delete": `d.pop("T")`,
			"newDict": `d = {"k0": A, "k1": "T"}`, "setX": `o.x = A`, "setY": `o.y = A`, "getX": `A = o.x`,
			"ternary": `A = B if n > K else "T"`, "switchHead": `g = "ABC"[K]`, "loop": `for i in range(K)`,
			"each": `for e in l: sink(e)`,
		},
		cases: [3]string{"match g", "case 'A'", "case 'B'"},
	},
	{
		name: "javascript", ext: "js", block: " {", end: "}", elseHead: "} else",
		head: "function pass_on(x) { return x; }\nfunction fixed(x) { return \"fixed\"; }\n",
		open: "function case_I() {\n  let s0 = \"aa\", s1 = \"bb\", s2 = \"cc\", n = 3, g;\n  let l = [], o2 = l, d = {};\n" +
			"  const o = {x: \"xx\", y: \"yy\"};\n", close: "}\n",
		table: map[string]string{
			"head": `A = ("T" + B).substring(0, 2)`, "rest": `A = ("TTT" + B).slice(W)`,
			"splitFirst": `A = ("T," + B).split(",")[0]`, "upper": `A = B.toUpperCase()`, "push": `l.push(A)`,
			"front": `l.unshift(A)`, "pop": `l.pop()`, "shift": `l.shift()`, "takePop": `A = l.pop()`, "set": `l[K] = A`,
			"at": `A = l[K]`, "removeAt": `l.splice(K, 1)`, "clear": `l.length = 0`, "newList": `l = [A, "T"]`,
			"alias": `o2 = l`, "otherPush": `o2.push(A)`, "otherAt": `A = o2[K]`, "put": `d["T"] = A`,
			"get": `A = d.T`, "delete": `delete d.T`, "newDict": `d = {k0: A, k1: "T"}`, "setX": `o.x = A`,
			"setY": `o.y = A`, "getX": `A = o.x`, "ternary": `A = n > K ? B : "T"`, "switchHead": `g = "ABC".charAt(K)`,
			"loop": `for (let i = 0; i < K; i++)`, "each": `for (const e of l) { sink(e); }`, "if": `if (n * 3 + K > N)`,
		},
		cases: [3]string{"switch (g)", "case 'A':", "case 'B':"},
	},
	{
		name: "java", ext: "java", block: " {", end: "}", elseHead: "} else",
		head: "import java.util.*;\nclass Box { String x = \"xx\"; String y = \"yy\"; }\nclass Cases {\n" +
			"static String pass_on(String x) { return x; }\nstatic String fixed(String x) { return \"fixed\"; }\n",
		foot: "}\n",
		open: "void case_I() {\n  String s0 = \"aa\", s1 = \"bb\", s2 = \"cc\"; int n = 3; char g;\n" +
			"  List<String> l = new ArrayList<>(); List<String> o2 = l; Map<String, String> d = new HashMap<>();\n" +
			"  Box o = new Box();\n", close: "}\n",
		table: map[string]string{
			"head": `A = ("T" + B).substring(0, 2)`, "rest": `A = ("TTT" + B).substring(W)`,
			"splitFirst": `A = ("T," + B).split(",")[0]`, "upper": `A = B.toUpperCase()`, "push": `l.add(A)`,
			"front": `l.add(0, A)`, "pop": `l.remove(l.size() - 1)`, "shift": `l.remove(0)`,
			"takePop": `A = l.remove(l.size() - 1)`, "set": `l.set(K, A)`, "at": `A = l.get(K)`,
			"removeAt": `l.remove(K)`, "clear": `l.clear()`,
			"newList": `l = new ArrayList<>(Arrays.asList(A, "T"))`, "alias": `o2 = l`, "otherPush": `o2.add(A)`,
			"otherAt": `A = o2.get(K)`, "put": `d.put("T", A)`, "get": `A = d.get("T")`, "delete": `d.remove("T")`,
			"newDict": `d = new HashMap<>(Map.of("k0", A, "k1", "T"))`, "setX": `o.x = A`, "setY": `o.y = A`,
			"getX": `A = o.x`, "ternary": `A = n > K ? B : "T"`, "switchHead": `g = "ABC".charAt(K)`,
			"loop": `for (int i = 0; i < K; i++)`, "each": `for (String e : l) sink(e)`, "equal": `A.equals("T")`,
		},
		cases: [3]string{"switch (g)", "case 'A':", "case 'B':"},
	},
	{
		name: "go", ext: "go", block: " {", end: "}", elseHead: "} else",
		head: "package p\n\nimport \"strings\"\n\ntype Box struct{ x, y string }\n\n" +
			"func pass_on(x string) string { return x }\n\nfunc fixed(x string) string { return \"fixed\" }\n",
		open: "func case_I() {\n\ts0, s1, s2, n := \"aa\", \"bb\", \"cc\", 3\n\tl, d, o := []string{}, map[string]string{}, " +
			"&Box{x: \"xx\", y: \"yy\"}\n", close: "}\n",
		table: map[string]string{
			"head": `A = ("T" + B)[0:2]`, "rest": `A = ("TTT" + B)[W:]`,
			"splitFirst": `A = strings.Split("T," + B, ",")[0]`, "upper": `A = strings.ToUpper(B)`,
			"push": `l = append(l, A)`, "front": `l = append([]string{A}, l...)`, "pop": `l = l[:len(l)-1]`,
			"shift": `l = l[1:]`, "set": `l[K] = A`, "at": `A = l[K]`, "removeAt": `l = append(l[:K], l[K+1:]...)`,
			"clear": `l = []string{}`, "newList": `l = []string{A, "T"}`, "put": `d["T"] = A`, "get": `A = d["T"]`,
			"delete": `delete(d, "T")`, "newDict": `d = map[string]string{"k0": A, "k1": "T"}`, "setX": `o.x = A`,
			"setY": `o.y = A`, "getX": `A = o.x`, "loop": `for i := 0; i < K; i++`, "each": `for _, e := range l { sink(e) }`,
			"switchHead": `g := "ABC"[K]`,
		},
		cases:   [3]string{"switch g", "case 'A':", "case 'B':"},
		without: "takePop alias otherPush otherAt ternary",
	},
	{
		name: "php", ext: "php", block: " {", end: "}", elseHead: "} else", variable: "$",
		head: "<?php\nclass Box { public $x = \"xx\"; public $y = \"yy\"; }\nfunction pass_on($x) { return $x; }\n" +
			"function fixed($x) { return \"fixed\"; }\n",
		open:  "function case_I() {\n  $s0 = \"aa\"; $s1 = \"bb\"; $s2 = \"cc\"; $n = 3; $l = []; $d = []; $o = new Box();\n",
		close: "}\n",
		table: map[string]string{
			"after": `A = "T" . B`, "before": `A = B . "T"`, "plus": `A .= B`, "number": `$n = K`, "add": `$n += K`,
			"if": `$n * 3 + K > N`, "head": `A = substr("T" . B, 0, 2)`, "rest": `A = substr("TTT" . B, W)`,
			"splitFirst": `A = explode(",", "T," . B)[0]`, "upper": `A = strtoupper(B)`, "push": `$l[] = A`,
			"front": `array_unshift($l, A)`, "pop": `array_pop($l)`, "shift": `array_shift($l)`,
			"takePop": `A = array_pop($l)`, "set": `$l[K] = A`, "at": `A = $l[K]`, "removeAt": `array_splice($l, K, 1)`,
			"clear": `$l = []`, "newList": `$l = [A, "T"]`, "put": `$d["T"] = A`, "get": `A = $d["T"]`,
			"delete": `unset($d["T"])`, "newDict": `$d = ["k0" => A, "k1" => "T"]`, "setX": `$o->x = A`,
			"setY": `$o->y = A`, "getX": `A = $o->x`, "ternary": `A = $n > K ? B : "T"`,
			"loop": `for ($i = 0; $i < K; $i++)`, "each": `foreach ($l as $e) { sink($e); }`, "equal": `A === "T"`,
			"switchHead": `$g = substr("ABC", K, 1)`,
		},
		cases:   [3]string{"switch ($g)", "case 'A':", "case 'B':"},
		without: "alias otherPush otherAt",
	},
	{
		name: "ruby", ext: "rb", end: "end", elseHead: "else",
		head: "class Box\n  attr_accessor :x, :y\nend\ndef pass_on(x)\n  x\nend\ndef fixed(x)\n  \"fixed\"\nend\n",
		open: "def case_I\n  s0 = \"aa\"\n  s1 = \"bb\"\n  s2 = \"cc\"\n  n = 3\n  l = []\n  o2 = l\n  d = {}\n  o = Box.new\n" +
			"  o.x = \"xx\"\n  o.y = \"yy\"\n", close: "end\n",
		table: map[string]string{
			"head": `A = ("T" + B)[0, 2]`, "rest": `A = ("TTT" + B)[W..]`, "splitFirst": `A = ("T," + B).split(",")[0]`,
			"upper": `A = B.upcase`, "push": `l << A`, "front": `l.unshift(A)`, "pop": `l.pop`, "shift": `l.shift`,
			"takePop": `A = l.pop`, "set": `l[K] = A`, "at": `A = l[K]`, "removeAt": `l.delete_at(K)`,
			"clear": `l.clear`, "newList": `l = [A, "T"]`, "alias": `o2 = l`, "otherPush": `o2.push(A)`,
			"otherAt": `A = o2[K]`, "put": `d["T"] = A`, "get": `A = d["T"]`, "delete": `d.delete("T")`,
			"newDict": `d = {"k0" => A, "k1" => "T"}`, "setX": `o.x = A`, "setY": `o.y = A`, "getX": `A = o.x`,
			"ternary": `A = n > K ? B : "T"`, "loop": `K.times do`, "each": `l.each { |e| sink(e) }`,
			"switchHead": `g = "ABC"[K]`,
		},
		cases: [3]string{"case g", "when 'A'", "when 'B'"},
	},
}

// writer writes one file of programs.
type writer struct {
	d     *dialect
	lines []string
	sinks map[int]int // line by sink
}

func (w *writer) line(depth int, s string) {
	w.lines = append(w.lines, strings.Repeat("    ", depth)+s)
}

func (w *writer) fill(op string, p *step) string {
	t, ok := w.d.table[op]
	if !ok {
		t = simple[op]
	}
	names := [3]string{w.d.variable + "s0", w.d.variable + "s1", w.d.variable + "s2"}
	t = strings.ReplaceAll(t, "TTT", strings.Repeat(p.text, 3))
	return holes.ReplaceAllStringFunc(t, func(hole string) string {
		return map[string]string{"A": names[p.a], "B": names[p.b], "K": fmt.Sprint(p.k), "N": fmt.Sprint(p.n),
			"W": fmt.Sprint(3 * len(p.text)), "T": p.text}[hole]
	})
}

var holes = regexp.MustCompile(`\b[ABKNWT]\b`)

func (w *writer) block(depth int, head string, steps []step) {
	w.line(depth, head+w.d.block)
	w.steps(depth+1, steps)
}

func (w *writer) steps(depth int, steps []step) {
	if len(steps) == 0 && w.d.name == "python" {
		w.line(depth, "pass")
	}
	for i := range steps {
		w.step(depth, &steps[i])
	}
}

func (w *writer) step(depth int, p *step) {
	semi := ""
	if w.d.name != "python" && w.d.name != "ruby" {
		semi = ";"
	}
	switch p.op {
	case "if", "open", "equal":
		cond := strings.TrimSuffix(strings.TrimPrefix(w.fill(p.op, p), "if ("), ")")
		if p.op == "open" {
			cond = fmt.Sprintf("open_(%d)", p.call)
		} else if p.op == "equal" {
			cond = w.fill(p.op, p)
		}
		if w.d.name == "python" || w.d.name == "go" || w.d.name == "ruby" {
			w.block(depth, "if "+cond, p.then)
		} else {
			w.block(depth, "if ("+cond+")", p.then)
		}
		w.block(depth, w.d.elseHead, p.els)
		if w.d.end != "" {
			w.line(depth, w.d.end)
		}
	case "loop":
		w.block(depth, w.fill(p.op, p), p.then)
		if w.d.end != "" {
			w.line(depth, w.d.end)
		}
	case "each":
		w.line(depth, w.fill(p.op, p)+semi)
		w.sinks[p.sink] = len(w.lines)
	case "switch":
		w.choice(depth, p, semi)
	case "sink":
		w.line(depth, w.fill(p.op, p)+semi)
		w.sinks[p.sink] = len(w.lines)
	case "src":
		w.line(depth, strings.ReplaceAll(w.fill("src", p), fmt.Sprintf("src(%d)", p.k), fmt.Sprintf("src(%d)", p.call))+semi)
	default:
		w.line(depth, w.fill(p.op, p)+semi)
	}
}

func (w *writer) choice(depth int, p *step, semi string) {
	w.line(depth, w.fill("switchHead", p)+semi)
	w.line(depth, w.d.cases[0]+w.d.block)
	for i, body := range [][]step{p.then, p.els} {
		head, inner := w.d.cases[1+i], depth
		if w.d.name == "python" {
			head, inner = head+":", depth+1
		}
		w.line(inner, head)
		w.steps(inner+1, body)
		if semi != "" && w.d.name != "go" {
			w.line(depth+1, "break;")
		}
	}
	if w.d.end != "" {
		w.line(depth, w.d.end)
	}
}

// program makes a random program that can be run.
func program(r *rand.Rand, without string, sinks, calls *int) []step {
	*calls++
	prog := []step{{op: "src", a: r.IntN(3), call: *calls}}
	for tries := 0; len(prog) < 10 && tries < 60; tries++ {
		p := randomStep(r, without, 0, sinks, calls)
		if _, ok := runAll(append(prog[:len(prog):len(prog)], p)); ok {
			prog = append(prog, p)
		}
	}
	for i := range 3 {
		*sinks++
		prog = append(prog, step{op: "sink", a: i, sink: *sinks})
	}
	return prog
}

var plainSteps = strings.Fields("const src src src copy after before plus head rest splitFirst upper helper constHelper " +
	"number add push push front pop shift takePop set at at removeAt clear newList alias otherPush otherAt put put get " +
	"get delete newDict each setX setY getX sink ternary if if open equal switch loop")

func randomStep(r *rand.Rand, without string, depth int, sinks, calls *int) step {
	for {
		op := plainSteps[r.IntN(len(plainSteps))]
		if strings.Contains(" "+without+" ", " "+op+" ") {
			continue
		}
		p := step{op: op, a: r.IntN(3), b: r.IntN(3), k: r.IntN(3), n: 8 + r.IntN(6)}
		p.text = []string{"kk", "mm", "k0", "k1"}[r.IntN(4)]
		switch op {
		case "put", "get", "delete":
			p.text = []string{"k0", "k1"}[r.IntN(2)]
		case "equal":
			p.text = []string{"kk", "kk", "mm"}[r.IntN(3)]
		case "ternary":
			p.k = 2 + r.IntN(3)
		case "sink", "each":
			*sinks++
			p.sink = *sinks
		}
		nests := op == "if" || op == "open" || op == "equal" || op == "switch" || op == "loop"
		if nests && depth > 1 {
			continue
		}
		*calls++
		p.call = *calls
		if nests {
			for range 1 + r.IntN(3) {
				p.then = append(p.then, randomStep(r, without, depth+1, sinks, calls))
			}
			for range r.IntN(3) {
				if op != "loop" {
					p.els = append(p.els, randomStep(r, without, depth+1, sinks, calls))
				}
			}
		}
		return p
	}
}

// programs writes a file of random programs and tells which of its lines a marked text comes to.
func programs(r *rand.Rand, d *dialect, count int) (text string, hit map[int]bool, sinks map[int]int) {
	w := &writer{d: d, sinks: map[int]int{}}
	w.lines = strings.Split(strings.TrimSuffix(d.head, "\n"), "\n")
	hit = map[int]bool{}
	ids, calls := 0, 0
	for i := range count {
		prog := program(r, d.without, &ids, &calls)
		hits, _ := runAll(prog)
		w.lines = append(w.lines, strings.Split(strings.TrimSuffix(strings.ReplaceAll(d.open, "_I", fmt.Sprintf("_%d", i)),
			"\n"), "\n")...)
		w.steps(1, prog)
		for id := range hits {
			hit[w.sinks[id]] = true
		}
		w.lines = append(w.lines, strings.Split(strings.TrimSuffix(d.close, "\n"), "\n")...)
	}
	return strings.Join(w.lines, "\n") + "\n" + d.foot, hit, w.sinks
}

// TestValuesOfRandomPrograms holds what is found in random programs to what they do. What is missed is a fault; a
// condition that no text of the program could meet may stay open.
func TestValuesOfRandomPrograms(t *testing.T) {
	needTrees(t)
	rules, _ := rule.Parse("rules.yaml", []byte(acrossRule))
	eng, errs := New(rules, Options{Workers: 1})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for i := range dialects {
		d := &dialects[i]
		t.Run(d.name, func(t *testing.T) {
			for seed := range uint64(3) {
				randomValues(t, eng, d, seed)
			}
		})
	}
}

func randomValues(t *testing.T, eng *Engine, d *dialect, seed uint64) {
	text, hit, sinks := programs(rand.New(rand.NewPCG(seed, 1)), d, 70)
	path := "cases." + d.ext
	if dir := os.Getenv("DRYDOCK_KEEP"); dir != "" { // to look at what a failure is about
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(seed, path)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	res := acrossTexts(t, eng, []string{path}, [][]byte{[]byte(text)})
	if res[0].Problem != "" {
		t.Fatal(res[0].Problem)
	}
	found := map[int]bool{}
	for _, f := range res[0].Findings {
		found[f.Location.Line] = true
	}
	var missed, wrong []int
	for _, line := range sinks {
		switch {
		case hit[line] && !found[line]:
			missed = append(missed, line)
		case !hit[line] && found[line]:
			wrong = append(wrong, line)
		}
	}
	t.Logf("seed %d: of %d sinks %d are reached; missed %v, wrong %v", seed, len(sinks), len(hit), missed, wrong)
	if len(missed) > 0 || len(wrong)*40 > len(sinks) || len(hit) < 30 {
		t.Error("found is not what the programs do")
	}
}

// TestRandomProgramsAsTheyRun holds what random programs are taken to do to what an interpreter makes of them.
func TestRandomProgramsAsTheyRun(t *testing.T) {
	for _, c := range []struct{ program, dialect, before, after string }{
		{"python3", "python", "import sys\n", pythonRun},
		{"node", "javascript", "", javascriptRun},
	} {
		t.Run(c.program, func(t *testing.T) {
			path, err := exec.LookPath(c.program)
			if err != nil {
				t.Skip("not installed")
			}
			for i := range dialects {
				d := &dialects[i]
				if d.name != c.dialect {
					continue
				}
				text, hit, _ := programs(rand.New(rand.NewPCG(11, 1)), d, 60)
				file := filepath.Join(t.TempDir(), "cases."+d.ext)
				if err := os.WriteFile(file, []byte(text+c.before+c.after), 0o600); err != nil {
					t.Fatal(err)
				}
				out, err := exec.Command(path, file).CombinedOutput()
				if err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				want := slices.Sorted(maps.Keys(hit))
				if got := strings.TrimSpace(string(out)); got != strings.Trim(fmt.Sprint(want), "[]") {
					t.Errorf("run: %s\nmeant: %v", got, want)
				}
			}
		})
	}
}

const pythonRun = `
hits = set()
def src(_):
    return "9137" if open_(0) else "kk"
def open_(_):
    global used
    used += 1
    return choices >> (used - 1) & 1 == 1
def sink(x):
    if "9137" in x:
        hits.add(sys._getframe(1).f_lineno)
for name in [n for n in globals() if n.startswith("case_")]:
    for choices in range(32):
        used = 0
        globals()[name]()
print(*sorted(hits))
`

const javascriptRun = `
let used = 0, choices = 0;
const hits = new Set();
function src() { return open_() ? "9137" : "kk"; }
function open_() { return (choices >> used++ & 1) == 1; }
function sink(x) {
  if (x.includes("9137")) hits.add(+new Error().stack.split("\n")[2].match(/:(\d+):\d+\)?$/)[1]);
}
for (let i = 0; i < 60; i++) {
  const run = eval("case_" + i);
  for (choices = 0; choices < 32; choices++) { used = 0; run(); }
}
console.log([...hits].sort((a, b) => a - b).join(" "));
`

// TestManyObjects makes more lists that hold one another than are followed, in loops within loops, in bounded time.
func TestManyObjects(t *testing.T) {
	needTrees(t)
	rules, _ := rule.Parse("rules.yaml", []byte(acrossRule))
	eng, _ := New(rules, Options{Workers: 1})
	var b strings.Builder
	b.WriteString("def f():\n    x = src()\n")
	for i := range 600 {
		fmt.Fprintf(&b, "    l%d = [x, {'k': x, 'b': [1, x]}]\n    l%d.append(l%d)\n", i, i, i*7%(i+1))
	}
	for d := range 10 {
		fmt.Fprintf(&b, "%sfor i%d in range(8):\n", strings.Repeat("    ", d+1), d)
	}
	b.WriteString(strings.Repeat("    ", 11) + "l1.append(x)\n    sink(l1[0])\n")
	began := time.Now()
	res := acrossTexts(t, eng, []string{"a.py"}, [][]byte{[]byte(b.String())})
	if took := time.Since(began); took > 20*time.Second || len(res[0].Findings) != 1 {
		t.Errorf("%v, %d findings", took, len(res[0].Findings))
	}
}
