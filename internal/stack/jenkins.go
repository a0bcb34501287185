package stack

import (
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

var (
	// A step that runs one line of shell: sh 'docker build -t app .', also with script: before it.
	shellStep = lazyregexp.New(`\b(?:sh|bat|powershell)\b[^'"\n]*(?:'([^'\n]*)'|"((?:[^"\\\n]|\\.)*)")`)
	// The Docker plugin's own: docker.build("app:latest", "-f x.Dockerfile ./app")
	pluginBuild = lazyregexp.New(`\bdocker\.build\(\s*["']([^"'\n]+)["']\s*(?:,\s*["']([^"'\n]*)["']\s*)?\)`)
)

// jenkinsCommands finds the build commands of a Jenkinsfile. Lines of a shell script in triple quotes are read as
// such.
func jenkinsCommands(path, text string) []buildCommand {
	vars := assignments(text)
	var found []buildCommand
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "//") {
			continue
		}
		for _, m := range pluginBuild.FindAllStringSubmatch(line, -1) {
			c := buildCommand{path: path, line: i + 1, tags: []string{expand(m[1], vars)}}
			if m[2] == "" {
				m[2] = "."
			}
			if c.parse(expand(m[2], vars)) && c.usable() {
				found = append(found, c)
			}
		}
		for _, m := range shellStep.FindAllStringSubmatch(line, -1) {
			found = append(found, shellCommands(path, m[1]+m[2], i+1, vars)...)
		}
	}
	first := 1
	for i, part := range strings.Split(strings.ReplaceAll(text, "'''", `"""`), `"""`) {
		if i%2 == 1 {
			found = append(found, shellCommands(path, part, first, vars)...)
		}
		first += strings.Count(part, "\n")
	}
	return found
}
