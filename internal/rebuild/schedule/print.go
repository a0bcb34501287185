package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
)

// Kinds are what Print can write for.
var Kinds = []string{"systemd", "cron", "github", "gitlab"}

// Print writes what another scheduler needs to run a command by the same schedule.
func Print(kind, expr string, command []string, home string) (string, error) {
	if _, err := Parse(expr); err != nil {
		return "", err
	}
	words := make([]string, len(command))
	for i, w := range command {
		words[i] = quote(w)
	}
	line := strings.Join(words, " ")
	switch kind {
	case "systemd":
		return systemd(expr, line, home)
	case "cron":
		return printCron(expr, line, home), nil
	case "github":
		return fmt.Sprintf(githubText, expr, line), nil
	case "gitlab":
		return fmt.Sprintf(gitlabText, expr, line), nil
	}
	return "", clierr.Usage("--print %s: nothing is known of it", kind).
		WithHint("It may be %s.", strings.Join(Kinds, ", "))
}

// quote makes a word that a shell, and systemd, takes as it is.
func quote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune("-_./:=@,+", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func printCron(expr, line, home string) string {
	env := ""
	if home != "" {
		env = "DRYDOCK_HOME=" + quote(home) + " "
	}
	return "# A line for `crontab -e`. Runs that are missed are not caught up; --schedule and systemd do that.\n" +
		expr + " " + env + strings.ReplaceAll(line, "%", `\%`) + "\n"
}

const (
	githubText = `# .github/workflows/rebuild.yml: the runner is the host that the stacks run on.
name: rebuild
on:
  schedule:
    - cron: '%s'
  workflow_dispatch:
concurrency: rebuild
jobs:
  rebuild:
    runs-on: [self-hosted]
    steps:
      - run: %s
`
	gitlabText = `# .gitlab-ci.yml, with a pipeline schedule '%s'; the runner is the host that the stacks run on.
rebuild:
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
  resource_group: rebuild
  script:
    - %s
`
	systemdText = `# /etc/systemd/system/drydock-rebuild.service
[Unit]
Description=Rebuild images and deploy them
After=docker.service

[Service]
Type=oneshot
%sExecStart=%s

# /etc/systemd/system/drydock-rebuild.timer; then: systemctl enable --now drydock-rebuild.timer
[Unit]
Description=When drydock rebuilds

[Timer]
%sPersistent=true

[Install]
WantedBy=timers.target
`
)

func systemd(expr, line, home string) (string, error) {
	calendars, err := calendars(expr)
	if err != nil {
		return "", err
	}
	var at strings.Builder
	for _, c := range calendars {
		at.WriteString("OnCalendar=" + c + "\n")
	}
	env := ""
	if home != "" {
		env = "Environment=DRYDOCK_HOME=" + strings.ReplaceAll(home, "%", "%%") + "\n"
	}
	return fmt.Sprintf(systemdText, env, strings.ReplaceAll(line, "%", "%%"), at.String()), nil
}

var named = map[string]string{"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *",
	"@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *"}

// calendars says a cron expression in systemd's words. Where day of the month and of the week are both given, cron runs
// on either, for which systemd needs two lines.
func calendars(expr string) ([]string, error) {
	if full, ok := named[expr]; ok {
		expr = full
	}
	f := strings.Fields(expr)
	if len(f) != 5 {
		return nil, clierr.Usage("the schedule %q cannot be said in systemd's words", expr).
			WithHint("Write five fields, without a time zone: systemd has its own.")
	}
	clock := spell(f[1], "00") + ":" + spell(f[0], "00") + ":00"
	free := func(s string) bool { return s == "*" || s == "?" }
	date := func(day string) string {
		return "*-" + spell(months(f[3]), "01") + "-" + spell(day, "01") + " " + clock
	}
	switch {
	case free(f[4]):
		return []string{date(f[2])}, nil
	case free(f[2]):
		return []string{weekdays(f[4]) + " " + date("*")}, nil
	}
	return []string{date(f[2]), weekdays(f[4]) + " " + date("*")}, nil
}

// spell says one field: lists stay, a range a-b is a..b, a step */n is first/n.
func spell(field, first string) string {
	parts := strings.Split(strings.ReplaceAll(field, "?", "*"), ",")
	for i, p := range parts {
		value, step, stepped := strings.Cut(p, "/")
		from, to, ranged := strings.Cut(value, "-")
		switch {
		case value == "*" && stepped:
			p = first
		case ranged:
			p = pad(from) + ".." + pad(to)
		default:
			p = pad(value)
		}
		if stepped {
			p += "/" + step
		}
		parts[i] = p
	}
	return strings.Join(parts, ",")
}

func pad(s string) string {
	if n, err := strconv.Atoi(s); err == nil {
		return fmt.Sprintf("%02d", n)
	}
	return s
}

var (
	dayNames   = []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
	monthNames = []string{"", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
)

// weekdays names the days of the week, each by itself.
func weekdays(field string) string {
	var out []string
	for _, p := range strings.Split(field, ",") {
		value, step, _ := strings.Cut(p, "/")
		from, to, ranged := strings.Cut(value, "-")
		first, end := day(from), day(to)
		switch {
		case value == "*" || value == "?":
			first, end = 0, 6
		case !ranged:
			end = first
		}
		by, err := strconv.Atoi(step)
		if err != nil || by < 1 {
			by = 1
		}
		for d := first; d <= end; d += by {
			if !slices.Contains(out, dayNames[d]) {
				out = append(out, dayNames[d])
			}
		}
	}
	return strings.Join(out, ",")
}

func day(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return min(n, len(dayNames)-1)
	}
	return max(0, slices.IndexFunc(dayNames, func(n string) bool { return strings.EqualFold(n, s) }))
}

// months puts numbers for the months' names.
func months(field string) string {
	field = strings.ToLower(field)
	for n, name := range monthNames {
		if name != "" {
			field = strings.ReplaceAll(field, name, strconv.Itoa(n))
		}
	}
	return field
}
