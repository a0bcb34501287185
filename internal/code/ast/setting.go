package ast

// Settings are values that configuration files of the project give.
type Settings interface {
	Property(key string, missing *string) (string, bool)
	Option(section, key string) (string, bool)
	Constant(module, name string) (string, bool)
}

// maxSetting bounds how many variables stand between an expression and the setting that it is.
const maxSetting = 6

// Setting is the text that the project's configuration gives an expression: props.getProperty("k", "default"),
// config.get("section", "k"), settings.NAME, or a variable that is given such once.
func (t *Tree) Setting(id ID) (string, bool) {
	if t.Settings == nil {
		return "", false
	}
	for range maxSetting {
		if id == Nil {
			return "", false
		}
		switch t.Nodes[id].Kind {
		case Call:
			return t.askedFor(id)
		case Index:
			inner := t.Child(id, Obj)
			if t.Kind(inner) != Index || t.Lang != python {
				return "", false
			}
			section, key := t.Child(inner, Elem), t.Child(id, Elem)
			if t.Kind(section) != Str || t.Kind(key) != Str {
				return "", false
			}
			return t.Settings.Option(string(t.Text(section)), string(t.Text(key)))
		case Member:
			obj := t.Child(id, Obj)
			if t.Lang != python || t.Kind(obj) != Name || t.Kind(t.Child(id, Ident)) != Name {
				return "", false
			}
			if d, ok := t.Declared(t.Decl(obj)); !ok || d.Import == Nil {
				return "", false
			}
			return t.Settings.Constant(string(t.Text(obj)), string(t.Text(t.Child(id, Ident))))
		case Name:
			d, ok := t.Declared(t.Decl(id))
			if !ok {
				return "", false
			}
			if d.Import != Nil && t.Lang == python {
				return t.importedSetting(d.Import)
			}
			id = d.Value
		default:
			return "", false
		}
	}
	return "", false
}

// importedSetting is what `from settings import NAME` brings.
func (t *Tree) importedSetting(imp ID) (string, bool) {
	module, name := t.Child(imp, Path), t.Child(imp, Ident)
	if module == Nil || t.Kind(name) != Name {
		return "", false
	}
	last := lastName(t, module)
	if t.Kind(last) != Name {
		return "", false
	}
	return t.Settings.Constant(string(t.Text(last)), string(t.Text(name)))
}

// askedFor is what a call asks the configuration for.
func (t *Tree) askedFor(call ID) (string, bool) {
	fn, args := t.Child(call, Fn), t.Child(call, Arguments)
	if t.Kind(fn) != Member || args == Nil {
		return "", false
	}
	name := t.Child(fn, Ident)
	first := t.Nodes[args].First
	if t.Kind(name) != Name || t.Kind(first) != Str {
		return "", false
	}
	second := t.Nodes[first].Next
	switch {
	case t.HasText(name, "getProperty") && t.Lang.Name == "java":
		if t.HasText(t.Child(fn, Obj), "System") {
			return "", false // whoever starts the program says so
		}
		var missing *string
		if t.Kind(second) == Str {
			text := string(t.Text(second))
			missing = &text
		}
		return t.Settings.Property(string(t.Text(first)), missing)
	case t.HasText(name, "get") && t.Lang == python && t.Kind(second) == Str:
		return t.Settings.Option(string(t.Text(first)), string(t.Text(second)))
	}
	return "", false
}
