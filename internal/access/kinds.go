package access

import (
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
var stores = words(`postgres postgresql postgis timescaledb timescaledb-ha pgvector mysql mysql-server mariadb percona mongo mongodb
	mongodb-community-server redis redis-stack redis-stack-server valkey keydb dragonfly memcached elasticsearch opensearch cassandra scylla
	couchdb couchbase influxdb clickhouse clickhouse-server neo4j etcd cockroach arangodb rethinkdb questdb zookeeper orientdb ferretdb qdrant
	milvus weaviate surrealdb pgbouncer`)

// panels are images whose only purpose is to administer something.
var panels = words(`adminer phpmyadmin pgadmin pgadmin4 mongo-express redis-commander redisinsight portainer portainer-ce portainer-ee dozzle
	cadvisor prometheus alertmanager kibana flower rabbitmq-management cloudbeaver dbgate yacht netdata redis-insight mongoku sqlpad
	pgweb elasticvue cerebro opensearch-dashboards traefik-forward-auth-admin webmin cockpit filebrowser code-server jupyter
	docker-socket-proxy`)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// isStore says whether a service is a database or cache.
func isStore(s *stack.Service) bool { return stores[imageName(s.Image)] }

// isPanel says whether a service is there to administer something.
func isPanel(s *stack.Service) bool { return panels[imageName(s.Image)] }

// otherPorts are container ports of protocols other than HTTP: publishing them goes round no router.
var otherPorts = map[uint32]bool{
	21: true, 22: true, 25: true, 53: true, 110: true, 123: true, 143: true, 389: true, 465: true, 514: true, 587: true, 636: true, 853: true, 993: true,
	995: true, 1194: true, 1883: true, 2222: true, 3478: true, 5060: true, 5222: true, 5349: true, 8883: true, 22000: true, 25565: true, 51820: true,
}
