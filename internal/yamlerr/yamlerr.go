// Package yamlerr says where and why a text is not valid YAML. The library that drydock reads YAML with, which is the
// one of Docker Compose, names the place of some errors a line off and of others not at all; a second parser is asked
// for it.
package yamlerr

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// Bounds within which the second parser is asked: it is written for files, not for attacks.
const (
	maxText    = 256 << 10
	maxNesting = 200
)

// Explain makes an error of err, which a YAML parser gave for text. path is how the error names the file. The words are
// the parser's, which quote no values.
func Explain(path string, text []byte, err error) *clierr.Error {
	words, line, col := second(text)
	if words == "" {
		words, line, col = first(text, err)
	}
	return clierr.Input(path, "not valid YAML: %s", words).At(line,
		col).WithHint("Fix the YAML; quotes and indentation are the usual causes.")
}

// second asks the other parser. Its words are used only if they show nothing of the text.
func second(text []byte) (words string, line, col int) {
	if len(text) > maxText || nesting(text) > maxNesting {
		return "", 0, 0
	}
	_, err := parser.ParseBytes(text, 0)
	var syntax *yaml.SyntaxError
	if !errors.As(err, &syntax) || syntax.Token == nil || syntax.Token.Position == nil {
		return "", 0, 0
	}
	return syntax.Message, syntax.Token.Position.Line, syntax.Token.Position.Column
}

// nesting is at least the depth to which a text nests: brackets that open, or spaces before a line.
func nesting(text []byte) int {
	deepest, open := 0, 0
	for line := range bytes.Lines(text) {
		indent := len(line) - len(bytes.TrimLeft(line, " -?"))
		deepest = max(deepest, indent)
		open += bytes.Count(line, []byte("[")) + bytes.Count(line, []byte("{"))
		deepest = max(deepest, open)
		open -= bytes.Count(line, []byte("]")) + bytes.Count(line, []byte("}"))
	}
	return deepest
}

var (
	linePlace   = lazyregexp.New(`line (\d+)(?:, column (\d+))?`)
	offsetPlace = lazyregexp.New(`offset (\d+)`)
	anyPlace    = lazyregexp.New(`(?: at)? ?(?:line \d+(?:, column \d+)?|<unknown position>):? ?|offset \d+: `)
)

// first reads the place out of the error itself, where the last one named is the exact one.
func first(text []byte, err error) (words string, line, col int) {
	words = strings.TrimPrefix(err.Error(), "yaml: ")
	if all := linePlace.FindAllStringSubmatch(words, -1); len(all) > 0 {
		last := all[len(all)-1]
		line, _ = strconv.Atoi(last[1])
		col, _ = strconv.Atoi(last[2])
	} else if m := offsetPlace.FindStringSubmatch(words); m != nil {
		offset, _ := strconv.Atoi(m[1])
		line = 1 + bytes.Count(text[:min(offset, len(text))], []byte("\n"))
	}
	return strings.TrimSpace(anyPlace.ReplaceAllString(words, " ")), line, col
}
