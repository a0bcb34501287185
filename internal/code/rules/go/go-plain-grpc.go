//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

func all(address string) {
	// ruleid: go-plain-grpc
	grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	// ruleid: go-plain-grpc
	grpc.NewClient(address, grpc.WithInsecure())

	// ok: go-plain-grpc
	grpc.NewClient(address, grpc.WithTransportCredentials(credentials.NewTLS(nil)))
	// ok: go-plain-grpc
	grpc.NewClient("localhost:9000", grpc.WithTransportCredentials(insecure.NewCredentials()))
	// ok: go-plain-grpc
	grpc.NewClient(address)
}
