package report

import "github.com/drydock/drydock/internal/finding"

// Mount is a volume or a folder of the machine in a service's container.
type Mount struct {
	Source   string `json:"source"` // the volume's name or the folder's path
	Target   string `json:"target"`
	Bind     bool   `json:"bind"` // Source is a path of the machine
	ReadOnly bool   `json:"readOnly"`
}

// AttackPath is a way from outside over a service's weakness to what that service can reach. Package attack computes
// them, worst first.
type AttackPath struct {
	ID       string           `json:"id"`      // the same for the same weakness in the same service
	From     finding.Exposure `json:"from"`    // who can go it: public is the internet
	Ways     []Way            `json:"ways"`    // in, at least one
	Service  string           `json:"service"` // as findings name it
	Finding  string           `json:"finding"` // id of the weakness
	Rule     string           `json:"rule"`    // of the weakness
	Title    string           `json:"title"`
	Severity finding.Severity `json:"severity"`
	Priority int              `json:"priority"` // of the finding
	Score    int              `json:"score"`    // what the paths are sorted by: the priority, and more for what is reached
	Others   int              `json:"others"`   // further findings of the service that may serve as well
	Reaches  []Reach          `json:"reaches"`  // what the service reaches, the gravest first
	More     int              `json:"more"`     // how many things it reaches besides
}

// Way is one way in.
type Way struct {
	Router string `json:"router"` // "" for a port of the machine
	Rule   string `json:"rule"`   // of the router
}

// Asset is a sort of thing that a service can reach.
type Asset string

// The assets, the gravest first.
const (
	AssetDockerSocket Asset = "docker-socket" // who can ask it owns the machine
	AssetHost         Asset = "host"          // the machine itself, or its folders
	AssetSecrets      Asset = "secrets"       // a store of secrets
	AssetDatabase     Asset = "database"
	AssetStorage      Asset = "storage" // a store of files
	AssetQueue        Asset = "queue"
	AssetCache        Asset = "cache"
	AssetVolume       Asset = "volume"
	AssetService      Asset = "service" // another service
)

// Reach is one thing that a service can reach.
type Reach struct {
	Asset    Asset  `json:"asset"`
	Name     string `json:"name"`            // of the service, the volume or the folder
	Network  string `json:"network"`         // over which, "" for what is mounted or the service's own
	ReadOnly bool   `json:"readOnly"`        // mounted so; a socket takes every request nevertheless
	Holds    Asset  `json:"holds,omitempty"` // what another service holds in turn, docker-socket or host
}
