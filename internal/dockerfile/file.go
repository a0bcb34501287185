// Package dockerfile reads Dockerfiles without losing a byte. BuildKit's own parser gives every instruction its
// meaning; this package adds what a linter and an editor need and BuildKit throws away: the span in bytes of each
// instruction, flag, argument and shell word, the comments, and recovery: an instruction that does not parse is one
// Problem, and everything else is still read.
//
// Rules of the package: a File is immutable once parsed and safe for concurrent reading; spans are byte offsets into
// File.Src, half open; nothing here is run, fetched or read from disk.
package dockerfile

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// MaxSize bounds a Dockerfile. BuildKit itself has no such bound; the largest ones known are far below a tenth of it.
const MaxSize = 4 << 20

// Span is a range of bytes of a File, half open.
type Span struct{ Start, End int }

// Empty reports whether the span holds no byte.
func (s Span) Empty() bool { return s.End <= s.Start }

// Contains reports whether the offset lies within the span.
func (s Span) Contains(off int) bool { return s.Start <= off && off < s.End }

// File is a parsed Dockerfile.
type File struct {
	Src          []byte
	Escape       byte           // '\\', or '`' by the escape directive
	BOM          bool           // begins with a UTF-8 byte order mark
	EOL          string         // "\r\n" where the first line ends so, else "\n"
	Directives   []Directive    // parser directives, in order
	Comments     []*Comment     // every comment line outside heredocs, directives left out
	Instructions []*Instruction // in order, those with problems too
	MetaArgs     []*Instruction // ARG before the first FROM
	Stages       []*Stage
	Problems     []Problem // what does not parse, in the order of the file

	lines  []int            // offset of each line's start
	byName map[string][]int // stages by name, in order
}

// Directive is a parser directive: syntax, escape or check.
type Directive struct {
	Name  string // lower case
	Value string
	Line  int
	Span  Span // the whole line without its end
}

// Comment is a comment line.
type Comment struct {
	Text   string // without the # and the space around
	Line   int
	Span   Span         // from the # to the line's end
	Inside *Instruction // the instruction whose continuation lines it stands between, else nil
}

// Problem is something that does not parse, with its place. Text has no full stop and no value from the file that may
// be secret.
type Problem struct {
	Text string
	Span Span
}

// Instruction is one instruction with everything that belongs to it, heredoc bodies included.
type Instruction struct {
	Keyword     string // upper case: "RUN"
	KeywordSpan Span
	Span        Span // from the keyword to the last byte before the final line end
	Line        int
	EndLine     int
	Flags       []Flag
	Args        []Word // words of the instruction; of the shell form of RUN, CMD, ENTRYPOINT a single one
	ArgSpan     Span   // from the first argument to the end of the last, heredoc bodies left out
	Pairs       []Pair // ENV, LABEL and ARG
	JSON        bool   // the exec (JSON) form
	Heredocs    []Heredoc
	Stage       *Stage       // nil before the first FROM
	Trigger     *Instruction // the instruction within an ONBUILD
	OnBuild     bool         // stands within an ONBUILD
	Comments    []*Comment   // the comment lines directly above
	Before      []string     // comments since the instruction before or the last empty comment, as BuildKit has them
	Empty       []Span       // empty lines between continuation lines
	LineEnd     int          // offset of the end of the logical line, heredoc bodies left out
	// what a shell would run: RUN, CMD, ENTRYPOINT, HEALTHCHECK CMD in shell form, or exec of a shell
	Script  *Script
	Shell   []string // the SHELL in force, ["/bin/sh", "-c"] by default
	Problem *Problem // why Cmd is nil

	// Cmd is BuildKit's typed instruction: *instructions.RunCommand and so on, *instructions.Stage for FROM; nil where
	// the instruction does not parse, and for ONBUILD, whose Trigger has one.
	Cmd any

	line joined // the logical line, as BuildKit sees it
	args int    // offset in line.text of the first argument
}

// Flag is a builder flag: --from=x of COPY, --mount=... of RUN.
type Flag struct {
	Name      string // without the dashes
	Value     string // unquoted; "" for a bare flag
	Bare      bool   // no = at all
	Span      Span
	ValueSpan Span
}

// Word is one argument.
type Word struct {
	Text    string // quotes and escapes resolved; expansions are kept as they are written
	Literal bool   // no variable, substitution or glob of the shell in it
	Span    Span
}

// Pair is one key and value of ENV, LABEL or ARG.
type Pair struct {
	Key       string // unquoted
	Value     string // unquoted; expansions as written. May be secret: never print it
	HasValue  bool   // ARG may have none
	Legacy    bool   // ENV KEY value, without an equals sign
	Span      Span
	KeySpan   Span
	ValueSpan Span // with quotes
}

// Heredoc is an inline document.
type Heredoc struct {
	Name     string
	Expand   bool // the delimiter is unquoted, so that variables are expanded
	Chomp    bool // <<-: leading tabs are dropped
	Content  string
	BodySpan Span // the content, without the line of the delimiter
}

// Flag returns the value of the first flag of that name.
func (in *Instruction) Flag(name string) (Flag, bool) {
	for _, f := range in.Flags {
		if f.Name == name {
			return f, true
		}
	}
	return Flag{}, false
}

// Known reports whether there is an instruction of that name.
func (in *Instruction) Known() bool { return known[in.Keyword] }

// Run is the instruction's typed RUN, or nil.
func (in *Instruction) Run() *instructions.RunCommand {
	c, _ := in.Cmd.(*instructions.RunCommand)
	return c
}

// Mounts are the --mount flags of a RUN that parse.
func (in *Instruction) Mounts() []*instructions.Mount {
	if c := in.Run(); c != nil {
		return instructions.GetMounts(c)
	}
	return nil
}

// Text is the file's bytes of a span.
func (f *File) Text(s Span) string { return string(f.Src[s.Start:s.End]) }

// Position is the line and the column, in code points, of a byte offset; both start at 1. An invalid byte counts as
// one code point, the byte order mark as none.
func (f *File) Position(off int) (line, column int) {
	off = max(0, min(off, len(f.Src)))
	line = sort.SearchInts(f.lines, off+1)
	start := f.lines[line-1]
	if line == 1 && f.BOM {
		start = min(off, len(bom))
	}
	return line, utf8.RuneCount(f.Src[start:off]) + 1
}

// LineSpan is the span of a line without its end; lines start at 1.
func (f *File) LineSpan(line int) Span {
	if line < 1 || line > len(f.lines) {
		return Span{len(f.Src), len(f.Src)}
	}
	start, end := f.lines[line-1], len(f.Src)
	if line < len(f.lines) {
		end = f.lines[line]
	}
	if line == 1 && f.BOM {
		start = len(bom)
	}
	return Span{start, start + len(bytes.TrimRight(f.Src[start:end], "\r\n"))}
}

// Lines is the number of lines.
func (f *File) Lines() int { return len(f.lines) }

// Walk calls visit for every instruction in order, and for the instruction within an ONBUILD after the ONBUILD itself.
func (f *File) Walk(visit func(*Instruction)) {
	for _, in := range f.Instructions {
		for ; in != nil; in = in.Trigger {
			visit(in)
		}
	}
}

func lineStarts(src []byte) []int {
	starts := make([]int, 1, 1+bytes.Count(src, []byte{'\n'}))
	for i, c := range src {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}
