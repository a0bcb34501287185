package exposure

import (
	"slices"
	"strconv"
	"strings"

	"github.com/drydock/drydock/internal/stack"
)

// imageName is the last part of an image's repository, lower case: "postgres" of "docker.io/library/postgres:16".
func imageName(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	name := ref[strings.LastIndexByte(ref, '/')+1:]
	name, _, _ = strings.Cut(name, ":")
	return strings.ToLower(name)
}

// stores are the databases and caches, by image name: none of them belongs on the internet.
var stores = words(
	`postgres postgresql postgis timescaledb timescaledb-ha pgvector mysql mysql-server mariadb percona mongo mongodb
	mongodb-community-server redis redis-stack redis-stack-server valkey keydb dragonfly memcached elasticsearch opensearch cassandra scylla
	couchdb couchbase influxdb clickhouse clickhouse-server neo4j etcd cockroach arangodb rethinkdb questdb zookeeper orientdb ferretdb qdrant
	milvus weaviate surrealdb pgbouncer`)

// panels are images that administer something, or that do what their visitor says: none of them asks for a login of its
// own accord, or its login opens the machine. With them the ports on which they do so; none means every port.
var panels = ports(
	`adminer phpmyadmin pgadmin pgadmin4 mongo-express redis-commander redisinsight redis-insight mongoku sqlpad pgweb
	phppgadmin phpldapadmin cloudbeaver dbgate elasticvue cerebro kibana opensearch-dashboards flower rabbitmq-management kafka-ui kafdrop akhq
	redpanda-console etcdkeeper
	portainer:9000,9443 portainer-ce:9000,9443 portainer-ee:9000,9443 dockge yacht dozzle lazydocker
	cadvisor prometheus alertmanager pushgateway netdata glances jaeger all-in-one zipkin
	webmin cockpit filebrowser code-server openvscode-server jupyter base-notebook minimal-notebook scipy-notebook tensorflow-notebook
	pyspark-notebook datascience-notebook ttyd wetty
	ollama:11434 localai:8080 text-generation-webui stable-diffusion-webui automatic1111 sd-webui comfyui invokeai koboldcpp vllm-openai mlflow
	tensorboard
	node-red:1880 zigbee2mqtt:8080 zwave-js-ui:8091,3000 zwavejs2mqtt:8091,3000 esphome:6052 frigate:5000
	mailhog:8025 mailpit:8025 maildev:1080,80 mailcatcher:1080 selenium standalone-chrome standalone-firefox browserless chrome
	spark spark-master nacos-server consul:8500 nomad:4646
	traefik-forward-auth-admin docker-socket-proxy`)

// ports reads a list of "name" and "name:port,port".
func ports(s string) map[string][]uint32 {
	m := map[string][]uint32{}
	for _, w := range strings.Fields(s) {
		name, list, _ := strings.Cut(w, ":")
		m[name] = nil
		for p := range strings.SplitSeq(list, ",") {
			if n, err := strconv.ParseUint(p, 10, 16); err == nil {
				m[name] = append(m[name], uint32(n))
			}
		}
	}
	return m
}

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// IsStore reports whether a service is a database or cache.
func IsStore(s *stack.Service) bool { return stores[imageName(s.Image)] }

// IsPanel reports whether a service is there to administer something.
func IsPanel(s *stack.Service) bool {
	_, ok := panels[imageName(s.Image)]
	return ok
}

// Administers reports whether a service is there to administer something, and does so on a port.
func Administers(s *stack.Service, port uint32) bool {
	on, ok := panels[imageName(s.Image)]
	return ok && (len(on) == 0 || slices.Contains(on, port))
}
