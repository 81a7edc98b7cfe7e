package main

import (
	"fmt"
	"time"

	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Bounds are the settings that keep one client from taking what belongs to all. Zero is the default of each, unless it says otherwise.
type Bounds struct {
	MaxCost       int           `flag:"max-cost" env:"LAVORO_MAX_COST" default:"50000" usage:"fields that one operation may ask for, lists counted at their page size"`
	MaxDepth      int           `flag:"max-depth" env:"LAVORO_MAX_DEPTH" default:"15" usage:"levels that one operation may have"`
	MaxBody       int           `flag:"max-body" env:"LAVORO_MAX_BODY" default:"1048576" usage:"bytes of one request to the API"`
	RequestTime   time.Duration `flag:"request-time" env:"LAVORO_REQUEST_TIME" default:"30s" usage:"how long one request may take"`
	StatementTime time.Duration `flag:"statement-time" env:"LAVORO_STATEMENT_TIME" default:"20s" usage:"how long one statement may run in the database"`
	Introspection string        `flag:"introspection" env:"LAVORO_INTROSPECTION" usage:"on or off; when empty on where the database is DEMONSTRATION, off where it is REAL"`
}

// limits are the bounds of operations in this installation.
func (a *App) limits() (graph.Limits, error) {
	c := a.Config
	introspection, known := map[string]bool{"on": true, "off": false, "": a.Installation.Kind == postgres.Demonstration}[c.Introspection]
	if !known {
		return graph.Limits{}, fmt.Errorf("--introspection (or LAVORO_INTROSPECTION) is on or off")
	}
	return graph.Limits{Cost: c.MaxCost, Depth: c.MaxDepth, Body: int64(c.MaxBody), Time: c.RequestTime, Introspection: introspection}, nil
}
