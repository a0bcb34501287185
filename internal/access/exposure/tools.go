package exposure

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/stack"
)

// Power is what a stranger can do with a tool that is open to everybody, from little to much.
type Power int

const (
	NoTool      Power = iota
	AsksLogin         // it asks for a login of its own
	ShowsData         // it shows what is inside
	Administers       // it asks for a login of its own, behind which are all databases or the machine itself
	ChangesData       // it hands out and changes what is inside, or works for whoever asks
	RunsCode          // it runs what its visitor tells it to
)

// tool is an image or program that administers something, or that does what its visitor says.
type tool struct {
	power Power
	ports []uint32 // on which it does; none means every port
}

// tools are known by their image's name, by owner and name where the name says too little, and by the program that is
// started. Ports are those of the tool itself, where its image has others too.
var tools = toolTable(map[Power]string{
	RunsCode: `node-red:1880 ttyd webtop kasm comfyui stable-diffusion-webui automatic1111 sd-webui text-generation-webui
		flowise langflow spark spark-master solr esphome:6052 nomad:4646 consul:8500 selenium standalone-chrome
		standalone-firefox standalone-edge browserless chrome chromium marimo lazydocker docker-socket-proxy`,
	ChangesData: `redis-commander redisinsight redis-insight mongo-express mongoku pgweb dbgate elasticvue cerebro kibana
		registry:5000 distribution/distribution docker-registry-ui flower kafka-ui kafbat/kafka-ui kafdrop akhq
		redpanda-console redpandadata/console etcdkeeper temporalio/ui bull-board bullboard zigbee2mqtt:8080
		zwave-js-ui:8091,3000 zwavejs2mqtt:8091,3000 frigate:5000 ollama:11434 localai:8080 localai/localai vllm-openai
		koboldcpp invokeai openai-whisper-asr-webservice faster-whisper mlflow alertmanager pushgateway nacos-server
		syncthing:8384 changedetection.io dagster prefect mailhog:8025 mailpit:8025 maildev:1080,80 mailcatcher:1080
		phpredisadmin traefik-forward-auth-admin`,
	ShowsData: `dozzle cadvisor prometheus netdata glances jaeger all-in-one zipkin tensorboard scrutiny`,
	Administers: `adminer adminerevo phpmyadmin pgadmin pgadmin4 phppgadmin phpldapadmin sqlpad cloudbeaver
		opensearch-dashboards rabbitmq-management:15672 portainer:9000,9443 portainer-ce:9000,9443 portainer-ee:9000,9443 dockge
		yacht jupyter jupyter-lab jupyter-notebook base-notebook minimal-notebook scipy-notebook tensorflow-notebook
		pyspark-notebook datascience-notebook r-notebook code-server openvscode-server wetty webmin cockpit filebrowser
		nginx-proxy-manager:81`,
	AsksLogin: `n8n guacamole`,
})

// loginSettings are those by which a tool comes to ask for a login, or to ask for none, by a word of its name.
var loginSettings = map[string]struct {
	with, without []waiver
	then          Power // without a login
}{
	"flower":          {with: flags("basic-auth", "auth-provider", "oauth2-key")},
	"redis-commander": {with: flags("http-user")},
	"mongo-express": {with: flags("me-config-basicauth-username"),
		without: []waiver{{name: "me-config-basicauth", value: "false"}}},
	"registry":        {with: flags("registry-auth", "registry-auth-htpasswd-path", "registry-auth-token-realm")},
	"dozzle":          {with: flags("dozzle-auth-provider")},
	"mailpit":         {with: flags("mp-ui-auth", "mp-ui-auth-file")},
	"mailhog":         {with: flags("mh-auth-file")},
	"kafka-ui":        {with: flags("auth-type")},
	"browserless":     {with: flags("token")},
	"chrome":          {with: flags("token", "password")},
	"webtop":          {with: flags("password")},
	"ttyd":            {with: flags("c", "credential")},
	"flowise":         {with: flags("flowise-username")},
	"langflow":        {with: flags("langflow-superuser-password")},
	"vllm-openai":     {with: flags("api-key", "vllm-api-key")},
	"localai":         {with: flags("api-key")},
	"phpmyadmin":      {without: flags("pma-password"), then: ChangesData},
	"pgadmin":         {without: []waiver{{name: "pgadmin-config-server-mode", value: "alse"}}, then: ChangesData},
	"code-server":     {without: []waiver{{name: "auth", value: "none"}}, then: RunsCode},
	"sqlpad":          {without: flags("sqlpad-auth-disabled"), then: ChangesData},
	"filebrowser":     {without: flags("noauth", "fb-noauth"), then: ChangesData},
	"wetty":           {without: flags("force-ssh-pass", "ssh-pass"), then: RunsCode},
	"jupyter":         {without: noToken, then: RunsCode},
	"notebook":        {without: noToken, then: RunsCode},
	"opensearch-dash": {without: flags("disable-security-dashboards-plugin"), then: ChangesData},
}

// noToken are the settings by which Jupyter asks for no token.
var noToken = []waiver{{name: "serverapp.token", empty: true}, {name: "notebookapp.token", empty: true},
	{name: "identityprovider.token", empty: true}}

func flags(names ...string) []waiver {
	var out []waiver
	for _, n := range names {
		out = append(out, waiver{name: n})
	}
	return out
}

func toolTable(all map[Power]string) map[string]tool {
	m := map[string]tool{}
	for power, list := range all {
		for name, on := range ports(list) {
			m[name] = tool{power, on}
		}
	}
	return m
}

// What images of one thing are called besides: "comfyui-boot", "stable-diffusion-webui-docker".
var variants = struct{ before, behind []string }{
	before: []string{"docker-"},
	behind: []string{"-docker", "-container", "-image", "-boot", "-cuda", "-gpu", "-cpu", "-rocm", "-nightly", "-dev",
		"-alpine", "-arm64", "-amd64"},
}

// kindOf is what an image or program is known to be: its name, and the one that its maker puts before it.
func kindOf(name string) (t tool, ok bool) {
	owner, base := path.Split(strings.ToLower(name))
	if t, ok = tools[path.Base(owner)+"/"+base]; ok {
		return t, true
	}
	for range 3 { // "x-cuda-docker"
		if t, ok = tools[base]; ok {
			return t, true
		}
		short := base
		for _, v := range variants.before {
			short = strings.TrimPrefix(short, v)
		}
		for _, v := range variants.behind {
			short = strings.TrimSuffix(short, v)
		}
		if short == base {
			break
		}
		base = short
	}
	return tool{}, false
}

// known is what a service is known by.
type known struct {
	names    []string       // its image, the image that its Dockerfile starts from, and the programs that it starts
	settings *stack.Service // its variables and the words of its command line, with those of its image and scripts
}

// known finds out what a service is: an image of one's own says nothing by its name.
func (c *builder) known(st *stack.Stack, s *stack.Service) known {
	k := known{names: []string{repository(s.Image)}, settings: &stack.Service{Environment: s.Environment}}
	if tag := s.Image[strings.LastIndexByte(s.Image, '-')+1:]; strings.Contains(s.Image, ":") && tag != s.Image {
		k.names = append(k.names, repository(s.Image)+"-"+tag) // "rabbitmq:4-management"
	}
	img := c.image(s)
	words := slices.Concat(s.Entrypoint, s.Command)
	if len(words) == 0 {
		words = slices.Concat(img.entrypoint, img.command)
	}
	if img.base != "" && len(img.entrypoint)+len(s.Entrypoint) == 0 && !startsAnother(words) {
		k.names = append(k.names, repository(img.base))
	}
	for _, name := range slices.Sorted(maps.Keys(img.env)) {
		if !slices.ContainsFunc(s.Environment, func(e stack.EnvVar) bool { return e.Name == name }) {
			k.settings.Environment = append(slices.Clip(k.settings.Environment),
				stack.EnvVar{Name: name, Value: img.env[name], Known: true})
		}
	}
	k.settings.Command = words
	for _, command := range c.commands(st, s, words) {
		k.names = append(k.names, programs(command)...)
		k.settings.Command = append(slices.Clip(k.settings.Command), command...)
	}
	return k
}

// startsAnother reports whether a command line starts something else than the base image's own program.
func startsAnother(words []string) bool {
	if len(words) == 0 {
		return false
	}
	switch path.Base(words[0]) {
	case "sh", "bash", "ash", "python", "python3", "node", "npm", "yarn", "java", "php", "ruby", "go", "sleep", "tail":
		return true
	}
	return strings.HasPrefix(words[0], "/") || strings.HasPrefix(words[0], "./")
}

// commands are what a command line starts, by a shell or a script of the user's own too.
func (c *builder) commands(st *stack.Stack, s *stack.Service, words []string) [][]string {
	for i, w := range words {
		script := shellScript(words[i:])
		if script == nil && strings.HasPrefix(w, "/") {
			if at := c.find(st, s, path.Clean(w)); at.state == seen || at.file.path != "" {
				if text, err := at.file.read(c.Options.ReadFile); err == nil {
					script = shellScript([]string{"sh", "-c", string(text)})
				}
			}
		}
		if script == nil || script.Err != nil {
			if starters[path.Base(w)] {
				continue
			}
			return [][]string{words[i:]}
		}
		var out [][]string
		for _, command := range script.Commands {
			var line []string
			for _, word := range command.Words {
				line = append(line, word.Text)
			}
			out = append(out, line)
		}
		return out
	}
	return nil
}

// programs are the names of what one command starts: "flower" of `celery -A app flower` and of `/start-flower`.
func programs(command []string) []string {
	if len(command) > 1 && command[0] == "exec" {
		command = command[1:]
	}
	if len(command) == 0 {
		return nil
	}
	name := path.Base(command[0])
	if name == "celery" && slices.Contains(command, "flower") {
		name = "flower"
	}
	return []string{strings.TrimPrefix(name, "start-")}
}

// IsStore reports whether a service is a database or cache.
func (m *Model) IsStore(s *stack.Service) bool {
	for _, name := range m.namesOf(s) {
		if stores[imageName(name)] {
			return true
		}
	}
	return false
}

func (m *Model) namesOf(s *stack.Service) []string {
	if k, ok := m.kinds[s]; ok {
		return k.names
	}
	return []string{repository(s.Image)}
}

// Tool is what a stranger can do with a service, by any of its ports, and the setting that says so where one does.
func (m *Model) Tool(s *stack.Service) (Power, string) {
	for _, name := range m.namesOf(s) {
		if t, ok := kindOf(name); ok {
			return t.asked(name, m.kinds[s].settings)
		}
	}
	return NoTool, ""
}

// ToolAt is what a stranger can do with a service by one of its ports.
func (m *Model) ToolAt(s *stack.Service, port uint32) (Power, string) {
	for _, name := range m.namesOf(s) {
		if t, ok := kindOf(name); ok && (len(t.ports) == 0 || slices.Contains(t.ports, port)) {
			return t.asked(name, m.kinds[s].settings)
		}
	}
	return NoTool, ""
}

// asked is what a tool lets a stranger do where its settings say whether it asks for a login.
func (t tool) asked(name string, s *stack.Service) (Power, string) {
	if s == nil {
		return t.power, ""
	}
	m := &Container{Service: s}
	for _, word := range slices.Sorted(maps.Keys(loginSettings)) {
		if !strings.Contains(name, word) {
			continue
		}
		by := loginSettings[word]
		for i := range by.with {
			if setting := by.with[i].in(m); setting != "" && t.power > AsksLogin {
				return AsksLogin, setting
			}
		}
		for i := range by.without {
			if setting := by.without[i].in(m); setting != "" && t.power < ChangesData {
				return by.then, setting
			}
		}
	}
	return t.power, ""
}
