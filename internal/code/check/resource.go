package check

import (
	"strings"

	"github.com/drydock/drydock/internal/code/ast"
)

// openers are functions and types, by language, that open what has to be closed.
var openers = map[string]map[string]bool{
	"python": set("open io.open codecs.open gzip.open bz2.open lzma.open socket.socket sqlite3.connect os.fdopen"),
	"java": set("FileInputStream FileOutputStream FileReader FileWriter RandomAccessFile Socket ServerSocket " +
		"PrintWriter Scanner ZipFile JarFile Files.newInputStream Files.newOutputStream Files.newBufferedReader " +
		"Files.newBufferedWriter Files.lines Files.list Files.walk DriverManager.getConnection"),
	"go":   set("os.Open os.Create os.OpenFile http.Get http.Post http.PostForm net.Dial net.Listen sql.Open"),
	"php":  set("fopen popen proc_open curl_init fsockopen"),
	"ruby": set("File.open File.new TCPSocket.new TCPSocket.open UNIXSocket.new IO.popen"),
}

// closers are what closes it, as a method of it or as a function that is given it.
var closers = set(
	"close Close close! closed closeQuietly detach disconnect shutdown fclose pclose proc_close curl_close " +
		"release dispose Shutdown server_close",
)

// resourceLeak: what a function opens and keeps in a variable of its own, of which it then only uses methods that do not
// close it. What it returns, stores, or hands to anybody else may be closed there.
func resourceLeak(f *File) {
	f.each(func(id ast.ID) {
		t := f.t
		var name, value ast.ID
		switch t.Kind(id) {
		case ast.VarDef:
			name, value = t.Child(id, ast.Ident), t.Child(id, ast.Value)
		case ast.Assign:
			name, value = t.Child(id, ast.Left), t.Child(id, ast.Right)
			if t.Kind(f.parent(id)) != ast.ExprStmt || f.lang == "java" { // it may be a field
				return
			}
		}
		if f.lang == "go" && t.Kind(name) == ast.Tuple {
			name = f.first(name)
		}
		fn := f.around(id, ast.FuncDef, ast.Lambda, ast.ClassDef)
		if f.name(name) == "" || !f.opens(value) || t.Kind(fn) == ast.ClassDef || fn == ast.Nil ||
			t.Kind(f.parent(id)) == ast.Try || f.modifier(id, "static") {
			return
		}
		if f.name(name)[0] == '@' || f.reflects(fn) && f.lang == "php" {
			return
		}
		if !f.mayBeClosed(fn, name) {
			f.report(value, name)
		}
	}, ast.VarDef, ast.Assign)
}

func (f *File) opens(value ast.ID) bool {
	t := f.t
	switch t.Kind(value) {
	case ast.Call:
		return openers[f.lang][f.text(t.Child(value, ast.Fn))] && t.Child(value, ast.Body) == ast.Nil
	case ast.New:
		name := f.text(t.Child(value, ast.Type))
		if !openers[f.lang][name] || t.Child(value, ast.Body) != ast.Nil {
			return false
		}
		args := f.list(t.Child(value, ast.Arguments))
		if name == "Scanner" || name == "PrintWriter" { // over something else they close nothing of ours
			return len(args) > 0 && t.Kind(args[0]) == ast.New &&
				strings.HasSuffix(f.text(t.Child(args[0], ast.Type)), "File")
		}
		return true
	}
	return false
}

// mayBeClosed reports whether a use of a variable within a function closes it or lets anybody else do so.
func (f *File) mayBeClosed(fn, name ast.ID) bool {
	t := f.t
	word := f.name(name)
	uses := 0
	may := false
	t.WalkInto(fn, func(x ast.ID) bool {
		if may || f.name(x) != word || x == name {
			return !may
		}
		uses++
		up := f.parent(x)
		switch {
		case t.Kind(up) == ast.Member && t.Nodes[x].Role == ast.Obj:
			member := f.text(t.Child(up, ast.Ident))
			call := t.Kind(f.parent(up)) == ast.Call && t.Nodes[up].Role == ast.Fn
			may = closers[member] || !call && member != "Body" || f.chains(up) ||
				t.Kind(f.around(x, ast.FuncDef, ast.Lambda)) == ast.Lambda && f.lang != "go"
			if f.lang == "go" && member == "Body" { // of an answer the body is closed
				grand := f.parent(up)
				may = t.Kind(grand) == ast.Member && closers[f.text(t.Child(grand, ast.Ident))] ||
					t.Kind(grand) != ast.Member &&
						!f.reads(grand)
			}
		case t.Kind(up) == ast.Args && f.reads(up):
		case t.Kind(up) == ast.ForEach && t.Nodes[x].Role == ast.Value: // for line in f
		case t.Kind(up) == ast.Param:
		case t.Kind(up) == ast.Bin && f.lang == "go", t.Kind(up) == ast.Unary:
		case t.Kind(up) == ast.If && t.Nodes[x].Role == ast.Cond:
		case t.Kind(up) == ast.Tuple && f.lang == "go" && t.Nodes[up].Role == ast.Left:
		default:
			may = true
		}
		return true
	})
	return may || uses == 0 && f.lang == "go"
}

// chains reports whether what a method gives is used further: `open(...).x().y` may hand the object on.
func (f *File) chains(member ast.ID) bool {
	call := f.parent(member)
	up := f.t.Kind(f.parent(call))
	return up == ast.Member || up == ast.Return && f.text(f.t.Child(member, ast.Ident)) == "makefile"
}

// readers are functions that use what they are given and leave it open.
var readers = set("json.load json.dump yaml.safe_load pickle.load pickle.dump csv.reader csv.writer io.ReadAll " +
	"ioutil.ReadAll bufio.NewReader bufio.NewScanner json.NewDecoder io.Copy fgets fread fwrite feof fgetcsv fputcsv fputs " +
	"fseek ftell flock stream_get_contents fscanf print len fmt.Fprintf fmt.Fprintln curl_exec curl_setopt curl_error " +
	"curl_setopt_array curl_getinfo curl_errno")

func (f *File) reads(args ast.ID) bool {
	if f.t.Kind(args) != ast.Args {
		return false
	}
	return readers[f.text(f.t.Child(f.parent(args), ast.Fn))]
}
