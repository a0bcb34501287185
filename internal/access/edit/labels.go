package edit

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/stack"
)

// Labels are changed where they stand: in the list form or as a mapping, one a line or in flow style, in the quotes
// that the file uses.

// source is a file whose labels are edited.
type source struct {
	data []byte
	flow bool // the service's labels are written in flow style: [a=b] or {a: b}
}

// use reads the file that a label stands in.
func (e *editor) use(l *stack.Label) error {
	if e.files[l.Location.Path] != nil {
		return nil
	}
	data, err := e.model.Options.ReadFile(e.fileOf(l.Location.Path))
	if err != nil {
		return clierr.InputErr("", err)
	}
	doc, err := yamlOf(data)
	if err != nil {
		return clierr.InputErr(l.Location.Path, err)
	}
	labels := e.labelsNode(doc)
	e.files[l.Location.Path] = &source{data: data, flow: labels != nil && labels.Style&yaml.FlowStyle != 0}
	if len(e.m.Stack.Files) > 0 && l.Location.Path != e.m.Stack.Files[0] {
		e.note("The labels of %s stand in %s.", e.m.Name(), l.Location.Path)
	}
	return nil
}

// fileOf is a location's path so that it can be opened.
func (e *editor) fileOf(path string) string {
	f := filepath.FromSlash(path)
	if path == "" || filepath.IsAbs(f) {
		return f
	}
	return filepath.Join(e.model.Host.Root, f)
}

// data is the file that a location is in.
func (e *editor) data(path string) []byte { return e.files[path].data }

// labels are the service's that Traefik reads: under deploy in a swarm.
func (e *editor) labels() []stack.Label {
	if e.inDeploy() {
		return e.m.Service.DeployLabels
	}
	return e.m.Service.Labels
}

func (e *editor) inDeploy() bool {
	deploy := e.m.Service.DeployLabels
	for i := range deploy {
		if e.m.Label(deploy[i].Key) == &deploy[i] {
			return true
		}
	}
	return false
}

// labelsNode finds the service's labels in a file.
func (e *editor) labelsNode(doc *yaml.Node) *yaml.Node {
	service := find(find(doc, "services"), e.m.Service.Name)
	if e.inDeploy() {
		service = find(service, "deploy")
	}
	return find(service, "labels")
}

// editable refuses a label that cannot be changed in place.
func (e *editor) editable(l *stack.Label) error {
	if err := e.inPlace(l); err != nil {
		return err
	}
	if l.RawValue != l.Value {
		return refuse(fmt.Sprintf("Change the value of %s, at %s or in the .env file.", l.RawValue, l.ValueLoc),
			"the value of %s comes from a variable", l.Key)
	}
	return nil
}

func (e *editor) inPlace(l *stack.Label) error {
	switch {
	case l == nil:
		return errors.New("the label is gone")
	case l.Shared:
		return refuse(fmt.Sprintf("Edit it at %s, where it is declared for all that share it.", l.Location),
			"the label %s is shared through an anchor, extends or an include of several projects: editing it would "+
				"edit others too", l.Key)
	case l.ValueLoc.Line == 0 || l.ValueLoc.Line != l.ValueLoc.EndLine:
		return refuse(fmt.Sprintf("Edit it by hand, at %s.", l.Location), "the value of %s is not written on one line",
			l.Key)
	}
	return e.ownPlace(l)
}

// ownPlace reads the file that a label stands in, if it is the user's own: below what was named, or in the project's
// repository.
func (e *editor) ownPlace(l *stack.Label) error {
	path := e.fileOf(l.Location.Path)
	if filepath.IsAbs(filepath.FromSlash(l.Location.Path)) && !below(repositoryOf(e.m.Stack.Dir), path) {
		return refuse(fmt.Sprintf("Edit it by hand, at %s, or name the folder that holds both.", l.Location),
			"the label %s stands in a file outside of the project, which others may include", l.Key)
	}
	return e.use(l)
}

// repositoryOf is the folder of the repository that a folder is in, else the folder.
func repositoryOf(dir string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, ".git")); err == nil {
			return d
		}
		if d == filepath.Dir(d) {
			return dir
		}
	}
}

func below(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// prepend puts a name before those that a label lists, also where they come from a variable.
func (e *editor) prepend(l *stack.Label, name string) error {
	if err := e.inPlace(l); err != nil {
		return err
	}
	switch rest := strings.TrimSpace(l.Value); {
	case l.RawValue == l.Value && rest == "":
		return e.setValue(l, labelValue{name, name})
	case rest == "" || len(l.Unset) > 0:
		// What has no value here may have none where it is deployed, and a name too few is a router that is not served.
		m := lonelyVariable.FindStringSubmatch(strings.TrimSpace(l.RawValue))
		if m == nil {
			return refuse(fmt.Sprintf("Put %s before it by hand, at %s, so that no comma is left where the "+
				"variable is empty: "+
				"%s${NAME:+,${NAME}}.", name, l.ValueLoc, name),
				"the value of %s comes from a variable without a value", l.Key)
		}
		return e.setValue(l, labelValue{fmt.Sprintf("%s${%[2]s:+,${%[2]s}}", name, m[1]+m[2]), name})
	}
	return e.setValue(l, labelValue{name + "," + l.RawValue, name + "," + l.Value})
}

// lonelyVariable is a value that is one variable and nothing else, at most with an empty default.
var lonelyVariable = lazyregexp.New(`^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?::?-)?\}|([A-Za-z_][A-Za-z0-9_]*))$`)

// special are the characters that a plain scalar does not hold everywhere.
const special = ":#,[]{}&*!|>'\"%@`"

// setValue replaces a label's value, inside the quotes that it stands in.
func (e *editor) setValue(l *stack.Label, v labelValue) error {
	text, err := sourceText(e.data(l.Location.Path), l.ValueLoc)
	if err != nil {
		return err
	}
	loc := l.ValueLoc
	if n := len(text); n >= 2 && !l.List && (text[0] == '"' || text[0] == '\'') && text[n-1] == text[0] {
		text = text[1 : n-1]
		loc.Column++
		loc.EndColumn--
	}
	if text != l.RawValue {
		return refuse(fmt.Sprintf("Edit it by hand, at %s.", l.Location), "the value of %s is written with escapes",
			l.Key)
	}
	newText := v.raw
	switch quoted := loc != l.ValueLoc; {
	case l.List && e.files[l.Location.Path].flow && strings.ContainsAny(v.raw, special):
		item, err := sourceText(e.data(l.Location.Path), l.Location)
		if err != nil {
			return err
		}
		if item == l.RawKey+"="+l.RawValue { // without quotes, where a comma would end it
			loc, newText = l.Location, `"`+l.RawKey+"="+v.raw+`"`
		}
	case !l.List && !quoted && strings.ContainsAny(v.raw, special):
		newText = `"` + v.raw + `"`
	}
	e.edits = append(e.edits, finding.Edit{Location: loc, NewText: newText})
	e.sets[l] = v
	return nil
}

var itemStart = lazyregexp.New(`^\s*-\s+$`)

// insert adds a label behind another one, in its form: list item or map entry, with the same indent and quotes.
func (e *editor) insert(anchor *stack.Label, key, value string) error {
	if err := e.use(anchor); err != nil {
		return err
	}
	file := e.files[anchor.Location.Path]
	line, err := sourceLine(file.data, anchor.Location.Line)
	if err != nil {
		return err
	}
	runes := []rune(line)
	col := anchor.Location.Column - 1
	if col > len(runes) {
		return errors.New("the label is not where it was read")
	}
	prefix, quote := string(runes[:col]), ""
	if col < len(runes) && (runes[col] == '"' || runes[col] == '\'') {
		quote = string(runes[col])
	}
	mapped := value
	if strings.ContainsAny(value, special) {
		mapped = `"` + value + `"`
	}
	switch {
	case file.flow:
		e.edits = append(e.edits, besideInFlow(anchor, quote, key, value))
	case anchor.List && itemStart.MatchString(prefix):
		err = e.insertLine(anchor, prefix+quote+key+"="+value+quote)
	case !anchor.List && strings.TrimSpace(prefix) == "":
		err = e.insertLine(anchor, prefix+quote+key+quote+": "+mapped)
	default:
		err = refuse(fmt.Sprintf("Write them one a line, or add %s=%s by hand, at %s.", key, value, anchor.Location),
			"the labels of %s are not written one a line", e.m.Name())
	}
	if err != nil {
		return err
	}
	cooked := key
	if raw := strings.TrimSuffix(anchor.RawKey, fieldOf(anchor.Key)); raw != anchor.RawKey &&
		strings.HasPrefix(key, raw) {
		cooked = strings.TrimSuffix(anchor.Key, fieldOf(anchor.Key)) + strings.TrimPrefix(key, raw)
	}
	e.added[anchor] = append(e.added[anchor], stack.Label{
		Key: cooked, RawKey: key, Value: value, RawValue: value, List: anchor.List, Location: anchor.Location,
		ValueLoc: anchor.Location,
	})
	return nil
}

func (e *editor) insertLine(anchor *stack.Label, text string) error {
	end := max(anchor.Location.EndLine, anchor.ValueLoc.EndLine, anchor.Location.Line)
	insert, err := insertion(e.data(anchor.Location.Path), anchor.Location, end, []string{text})
	if err == nil {
		e.edits = append(e.edits, insert)
	}
	return err
}

// besideInFlow adds a label behind another one of the same line: `, "key=value"`.
func besideInFlow(anchor *stack.Label, quote, key, value string) finding.Edit {
	valueQuote := `"`
	if quote != "" {
		valueQuote = quote
	}
	end := anchor.Location
	text := ", " + valueQuote + key + "=" + value + valueQuote
	if !anchor.List {
		end = anchor.ValueLoc
		text = ", " + quote + key + quote + ": " + valueQuote + value + valueQuote
	}
	at := finding.Location{Path: end.Path, Line: end.EndLine, Column: end.EndColumn, EndLine: end.EndLine,
		EndColumn: end.EndColumn}
	return finding.Edit{Location: at, NewText: text}
}

// deleteLabel takes a label out: its line, or in flow style the item with its comma.
func (e *editor) deleteLabel(l *stack.Label) error {
	if l.Shared {
		return e.editable(l)
	}
	if err := e.use(l); err != nil {
		return err
	}
	e.gone[l] = true
	if e.files[l.Location.Path].flow {
		return nil // what goes is cut out together, by cutFlow
	}
	line, err := sourceLine(e.data(l.Location.Path), l.Location.Line)
	if err != nil {
		return err
	}
	runes := []rune(line)
	prefix := string(runes[:min(l.Location.Column-1, len(runes))])
	end := max(l.Location.EndLine, l.ValueLoc.EndLine)
	if end != l.Location.Line || l.List && !itemStart.MatchString(prefix) || !l.List &&
		strings.TrimSpace(prefix) != "" {
		return refuse(fmt.Sprintf("Remove %s by hand, at %s.", l.Key, l.Location),
			"the labels of %s are not written one a line", e.m.Name())
	}
	e.edits = append(e.edits,
		finding.Edit{Location: finding.Location{Path: l.Location.Path, Line: end, Column: 1, EndLine: end + 1,
			EndColumn: 1}})
	return nil
}

// cutFlow cuts the labels that go out of lists and mappings in flow style, each run of them with the commas that it
// leaves over.
func (e *editor) cutFlow() {
	var items []*stack.Label
	list := e.labels()
	for i := range list {
		if file := e.files[list[i].Location.Path]; file != nil && file.flow {
			items = append(items, &list[i])
		}
	}
	end := func(l *stack.Label) finding.Location {
		if l.List {
			return l.Location
		}
		return l.ValueLoc
	}
	for i := 0; i < len(items); i++ {
		if !e.gone[items[i]] {
			continue
		}
		first := i
		for i+1 < len(items) && e.gone[items[i+1]] && items[i+1].Location.Path == items[first].Location.Path {
			i++
		}
		cut := items[first].Location
		cut.EndLine, cut.EndColumn = end(items[i]).EndLine, end(items[i]).EndColumn
		switch {
		case i+1 < len(items) && items[i+1].Location.Path == cut.Path:
			cut.EndLine, cut.EndColumn = items[i+1].Location.Line, items[i+1].Location.Column
		case first > 0 && items[first-1].Location.Path == cut.Path:
			cut.Line, cut.Column = end(items[first-1]).EndLine, end(items[first-1]).EndColumn
		}
		e.edits = append(e.edits, finding.Edit{Location: cut})
	}
}

// changed makes the bytes of the files that change, and holds them against what was meant: each parses to the same as
// before but for the labels, and the labels differ as intended.
func (e *editor) changed() ([]FileEdit, error) {
	e.cutFlow()
	var out []FileEdit
	for _, path := range slices.Sorted(maps.Keys(e.files)) {
		var edits []finding.Edit
		for _, one := range e.edits {
			if one.Path == path {
				edits = append(edits, one)
			}
		}
		if len(edits) == 0 {
			continue
		}
		before := e.data(path)
		after, err := finding.ApplyEdits(before, edits)
		if err != nil {
			return nil, err
		}
		if err := e.sameButLabels(path, before, after); err != nil {
			return nil, err
		}
		out = append(out, FileEdit{Path: e.fileOf(path), Before: before, After: after, Edits: edits})
	}
	return out, nil
}

// sameButLabels holds a file before and after against each other.
func (e *editor) sameButLabels(path string, before, after []byte) error {
	was, err := yamlOf(before)
	if err != nil {
		return err
	}
	is, err := yamlOf(after)
	if err != nil {
		return errNotAsMeant(path, "the file would not be YAML")
	}
	count := map[[2]string]int{}
	for _, pair := range cutPairs(e.labelsNode(is)) {
		count[pair]++
	}
	for _, pair := range cutPairs(e.labelsNode(was)) {
		count[pair]--
	}
	if !sameTree(was, is) {
		return errNotAsMeant(path, "something else than the labels would change")
	}
	note := func(l *stack.Label, value string, n int) {
		switch {
		case l.Location.Path != path:
		case l.List:
			count[[2]string{l.RawKey + "=" + value}] -= n
		default:
			count[[2]string{l.RawKey, value}] -= n
		}
	}
	for l, v := range e.sets {
		note(l, l.RawValue, -1)
		note(l, v.raw, 1)
	}
	for l := range e.gone {
		note(l, l.RawValue, -1)
	}
	for _, ls := range e.added {
		for i := range ls {
			note(&ls[i], ls[i].RawValue, 1)
		}
	}
	for pair, n := range count {
		if n != 0 {
			return errNotAsMeant(path, "the label "+pair[0]+" is not the intended one")
		}
	}
	return nil
}

// errNotAsMeant means that an edit did not come out as intended: it is not made.
func errNotAsMeant(path, what string) error {
	return refuse("Edit the file by hand; `drydock access` tells whether it holds.",
		"the edit of %s would not come out as meant: %s", path, what)
}

// intended is the service's labels as they shall be.
func (e *editor) intended() []stack.Label {
	var out []stack.Label
	list := e.labels()
	for i := range list {
		l := &list[i]
		if e.gone[l] {
			continue
		}
		label := *l
		if v, ok := e.sets[l]; ok {
			label.Value, label.RawValue, label.Unset = v.value, v.raw, nil
		}
		out = append(out, label)
		out = append(out, e.added[l]...)
	}
	return out
}
