package stack

import (
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/suggest"
)

// The keys that the Compose specification knows, where a misspelt one would change a verdict: `lables:` would leave a
// service open. Docker Compose refuses what is not here, and so the rest of such a file is read, and the key reported.

func words(s string) []string { return strings.Fields(s) }

var (
	topKeys = words(`configs include jobs models name networks secrets services version volumes`)

	serviceKeys = words(`annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs
		container_name cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset
		credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint
		env_file environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc
		isolation label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit models
		network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_start pre_stop
		privileged profiles provider pull_policy pull_refresh_after read_only restart runtime scale secrets security_opt
		shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits umask use_api_socket user
		userns_mode uts volumes volumes_from working_dir`)

	buildKeys = words(`additional_contexts args cache_from cache_to context dockerfile dockerfile_inline entitlements
		extra_hosts isolation labels network no_cache no_cache_filter platforms privileged provenance pull sbom secrets
		shm_size ssh tags target ulimits`)

	deployKeys  = words(`endpoint_mode labels mode placement replicas resources restart_policy rollback_config update_config`)
	healthKeys  = words(`disable interval retries start_interval start_period test timeout`)
	networkKeys = words(`attachable driver driver_opts enable_ipv4 enable_ipv6 external internal ipam labels name`)
	volumeKeys  = words(`driver driver_opts external labels name`)
)

// checkKeys reports the keys of a document that Compose does not know.
func (h *hostReader) checkKeys(doc *node) {
	h.known(doc, "the file", topKeys)
	for _, s := range keysOf(doc.get("services")) {
		of := "service " + s.name
		h.known(s.val, of, serviceKeys)
		h.known(s.val.get("build"), "the build of "+of, buildKeys)
		h.known(s.val.get("deploy"), "`deploy` of "+of, deployKeys)
		h.known(s.val.get("healthcheck"), "the healthcheck of "+of, healthKeys)
	}
	for _, n := range keysOf(doc.get("networks")) {
		h.known(n.val, "network "+n.name, networkKeys)
	}
	for _, v := range keysOf(doc.get("volumes")) {
		h.known(v.val, "volume "+v.name, volumeKeys)
	}
}

func (h *hostReader) known(n *node, of string, keys []string) {
	for _, e := range keysOf(n) {
		if strings.HasPrefix(e.name, "x-") || slices.Contains(keys, e.name) {
			continue
		}
		h.problem(clierr.Input(e.loc.Path, "%s has an unknown key %q", of, e.name).At(e.loc.Line, e.loc.Column).
			WithHint("%s", suggest.Hint(e.name, keys, "Remove it, or let it start with `x-`: Docker Compose refuses it.")))
	}
}
