// Package rule reads rule files in semgrep's language, its classic form and the newer one with `match:`, into values.
// It knows the language's shape and nothing of matching.
package rule

import (
	"strings"

	"github.com/drydock/drydock/internal/finding"
)

// Mode is how a rule works.
type Mode uint8

// The modes.
const (
	Search Mode = iota
	Taint
	Check // what no pattern can say: Rule.Check names what looks for it
)

// Rule is one rule as written.
type Rule struct {
	ID        string
	File      string // where it was read from
	Line      int
	Message   string
	Severity  finding.Severity
	Languages []string
	Mode      Mode
	Match     *Formula // of a search rule
	Taint     *TaintSpec
	Check     string // the name of a check of code/check
	Options   Options
	Include   []string // path patterns; none: everywhere
	Exclude   []string
	Fix       string
	HasFix    bool
	FixRegex  *FixRegex
	Meta      Meta
}

// Meta is what `metadata` says that a report can use.
type Meta struct {
	CWE, OWASP, References []string
	Confidence             finding.Confidence
	Title                  string
	Why                    string // why it matters, a sentence
	Bad, Good              string // short examples
	Kind                   string // one of Kinds; "" for a rule that does not say
	Likelihood             string // how likely it is that somebody uses it: "high", "medium", "low"
}

// Kinds are the words for what a rule is about.
var Kinds = []string{"vulnerability", "secret", "hygiene", "bug", "maintainability"}

// FixRegex replaces within the matched text.
type FixRegex struct {
	Regex, Replacement string
	Count              int // 0: all
}

// Options is a rule's `options`.
type Options struct {
	NoConstants   bool
	NoAC          bool
	NoImplicitRet bool
	NoDeepExpr    bool
	NoDeepStmt    bool
	NoVarDefs     bool
	NoAttrExpr    bool
	Symbolic      bool
	SymmetricEq   bool
	CommutBool    bool
	CaseFold      bool
	Interfile     bool

	GenericLines         bool // generic_engine: aliengrep, for which an ellipsis stays in its line
	GenericSpan          *int // generic_ellipsis_max_span, in lines
	GenericBraces        []string
	GenericExtraWord     []string
	GenericCommentStyle  string
	GenericSingleLine    bool
	XMLSingletonsBody    bool // xml_singleton_loose_matching: false
	XMLAttrsImplicit     bool // xml_attrs_implicit_ellipsis: false
	XMLChildrenOrdered   bool
	TaintAssumeSafeFuncs bool
	TaintAssumeSafeIndex bool
	TaintAssumeSafeBools bool
	TaintAssumeSafeNums  bool
	TaintAssumeSafeCmp   bool
	TaintOnlyAssignment  bool
	TaintUnifyMvars      bool
	// Of rules that look across functions: truth values, numbers and comparisons carry taint; values are not followed.
	TaintBooleans, TaintNumbers, TaintComparisons, NoValues, NoGuards bool
	PathGuards, NoPathGuards                                          bool   // checks of canonical paths count, or not
	TaintFocusOn                                                      string // "source" or "sink"
	TaintIntrafile                                                    bool
	FieldAssign                                                       bool
	NoImplicitDots                                                    bool
	DecoratorsOrderMatter                                             bool
}

// GuardsPaths reports whether a check that a canonical path lies in a folder takes its taint away: for rules about paths
// it does, unless they say otherwise.
func (r *Rule) GuardsPaths() bool {
	if r.Options.PathGuards || r.Options.NoPathGuards {
		return r.Options.PathGuards
	}
	for _, cwe := range r.Meta.CWE {
		id, _, _ := strings.Cut(strings.TrimSpace(cwe), ":")
		switch id {
		case "CWE-22", "CWE-23", "CWE-35", "CWE-36", "CWE-59", "CWE-73":
			return true
		}
	}
	return false
}

// Kind is what a formula does.
type Kind uint8

// The kinds of formula.
const (
	And Kind = iota
	Or
	Pattern
	Regex
	Inside
	Anywhere
	Not
)

// Formula is a tree of patterns. Conditions and focus belong to And.
type Formula struct {
	Kind  Kind
	Line  int
	Col   int
	Text  string // of Pattern and Regex
	Kids  []*Formula
	Where []Cond
	Focus [][]string // each entry: one of these metavariables
	As    string     // the match is bound to this metavariable too
}

// CondKind is what a condition looks at.
type CondKind uint8

// The conditions.
const (
	CondRegex CondKind = iota
	CondPattern
	CondCompare
	CondAnalyze
	CondType
	CondName
)

// Cond is a condition on metavariables.
type Cond struct {
	Kind     CondKind
	Line     int
	Var      string
	Regex    string
	Constant bool     // compare a constant's value too
	Match    *Formula // of CondPattern
	Language string   // of CondPattern; "" for the rule's own
	Compare  string   // the expression
	Base     int      // of CondCompare: how numbers are written, 0 for the usual
	Strip    bool
	Analyzer string
	Types    []string
}

// TaintSpec is a taint rule's parts.
type TaintSpec struct {
	Sources, Sinks, Sanitizers []TaintPart
	Propagators                []Propagator
}

// TaintPart is a source, sink or sanitizer.
type TaintPart struct {
	Match      *Formula
	File       string // the model file that it comes from, "" for the rule's own
	Line       int
	Exact      bool
	ExactSet   bool
	SideEffect string // "true", "only", "" for not; of a propagator "true" unless the rule says otherwise
	Control    bool
	Label      string
	Requires   string            // an expression of labels
	RequiresOf map[string]string // by metavariable (multi-requires)
	AtExit     bool
	NotConfl   bool // not_conflicting
}

// Propagator carries taint from one metavariable to another.
type Propagator struct {
	TaintPart
	From, To      string
	ReplaceLabels []string
}
