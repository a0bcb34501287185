// Package code finds what rules describe in source code: semgrep's rule language, run on tree-sitter syntax trees.
//
// The path of a rule and of a file:
//
//	rule file      -> rule.Load      -> rule.Rule       what the author wrote, shape checked     (code/rule)
//	rule.Rule      -> search.Compile -> search.Program  for one language; patterns become trees  (code/search, code/pattern)
//	source         -> ast.Lang.Parse -> ast.Tree        one tree for all languages               (code/ast)
//	Program + File -> Program.Search -> []search.Range  places with the metavariables' values    (code/search)
//	Program + File -> taint.Run      -> []taint.Match   sinks that sources reach in a function   (code/taint)
//
// Where to work:
//
//	code/ast       kinds of node, lowering from a grammar's tree, one lang_<name>.go a language, names and constants
//	code/pattern   stand-ins for metavariables and ellipses, compiling, matching
//	code/rule      the rule language's shape
//	code/regex     regular expressions in PCRE's meaning
//	code/search    formulas (eval.go), conditions (cond.go, compare.go, analyze.go), generic patterns
//	code/taint     how values flow within a function; its graph for what lies beyond
//	code/facts     what is known of one file: what it defines, refers to and how values flow in it
//	code/index     makes a file's facts from its tree
//	code/resolve   what a name stands for in another file, by each language's modules
//	code/interproc taint from function to function
//	code/ruletest  rules and their fixtures
//	code           running all over files; across functions and files from interfile.go on
//
// To add a language: write ast/lang_<name>.go with a Lang and list it in ast.Languages. The table says what each kind
// of the grammar becomes (notation: ast.Spec); what it does not list is matched by the grammar's own kind, so begin
// small. To follow values across its files: fill the Lang's Objects, write resolve/lang_<name>.go, which finds modules
// and the names in them, and list it in resolve.languages. Look at trees with `drydock code dump`, and at the agreement
// with the oracle with
//
//	DRYDOCK_SHOW=<language> go test -run Conformance -v ./internal/code
//
// which prints each place that only one of the two has; <language>/<rule> narrows to one rule.
//
// What belongs where: a form that two languages spell differently and rule writers see as one is brought together when
// lowering (a table, else a hook). A form that a pattern may leave out or write otherwise than the code is the
// matcher's (pattern/children.go: optional, mode; pattern/match.go: unlike). What a name stands for is ast/names.go's
// and ast/constants.go's: it is kept as alternatives of the node (Tree.Alt), which the matcher tries after the node.
package code
