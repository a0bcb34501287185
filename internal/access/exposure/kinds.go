package exposure

import (
	"strconv"
	"strings"
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
	milvus weaviate surrealdb pgbouncer chroma meilisearch`)

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
