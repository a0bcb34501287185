//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"context"
	"net/http"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
)

func find(users *mongo.Collection, r *http.Request) {
	name := r.FormValue("name")
	// ruleid: go-nosql-injection
	users.Find(context.Background(), bson.M{"$where": "this.name == '" + name + "'"})
	var filter bson.M
	// ruleid: go-nosql-injection
	bson.UnmarshalExtJSON([]byte(name), true, &filter)

	// ok: go-nosql-injection
	users.Find(context.Background(), bson.M{"name": name})
	// ok: go-nosql-injection
	users.Find(context.Background(), bson.M{"$where": "this.age > 3"})
	// ok: go-nosql-injection
	bson.UnmarshalExtJSON([]byte("{}"), true, &filter)
}
