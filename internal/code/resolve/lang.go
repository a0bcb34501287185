package resolve

import (
	"github.com/drydock/drydock/internal/code/facts"
)

// language is what resolving names needs to know of a language, or of several that share modules: each file
// lang_<name>.go has one. A function that is nil finds nothing.
type language struct {
	// module is what an import of a file names.
	module func(p *Program, file int32, spec string) entity
	// member is a name that a module, which is a file, defines by itself, or else the modules that may give it.
	member func(p *Program, file int32, s string) (found []entity, modules []int32)
	// packageMember is a name of a folder or namespace.
	packageMember func(p *Program, pkg, s string) entity
	// global is a name that a file uses without saying where it comes from and that the file itself does not have.
	global func(p *Program, file int32, s string) entity
	// pkg is the package or folder whose files see one another's names; nil for languages without.
	pkg func(f *facts.File) string
	// fullName is the name by which all files may refer to a name of a file's own scope; nil for languages without.
	fullName func(f *facts.File, name string) string
	// constructor is the name of the constructor among the methods of a class.
	constructor func(class string) string
	// callable is what is run when a module itself is called.
	callable func(p *Program, file int32) entity

	goModules      bool // imports are found by the modules' own names, as go.mod has them
	laxGlobals     bool // a name of the file that stands for nothing may be one of the package
	openTypes      bool // methods may stand in other files of the package; interfaces do not say who implements them
	foldMethods    bool // names of methods have no case
	overloads      bool // methods of one name are told apart by the number of arguments
	classesAsValue bool // what a class's name is called on is an object too
	selfArgument   bool // a method that is called by way of its class is given the object first
}

// languages are those whose functions are followed across files, by the name of the group that shares modules.
var languages = map[string]*language{
	"python": &python, "javascript": &javascript, "go": &golang, "java": &java, "php": &php, "ruby": &ruby,
}

// groups are the languages that share the modules of another.
var groups = map[string]string{"typescript": "javascript"}

// Follows reports whether values are followed across the functions and files of a language.
func Follows(lang string) bool { return languages[ModuleGroup(lang)] != nil }

// ModuleGroup is the language whose modules a language shares, most often its own.
func ModuleGroup(lang string) string {
	if group, ok := groups[lang]; ok {
		return group
	}
	return lang
}

// GoModules reports whether a group of languages finds packages by the module names of go.mod.
func GoModules(group string) bool { return languages[group].goModules }

// fixed gives a constructor the same name in all classes.
func fixed(name string) func(string) string { return func(string) string { return name } }
